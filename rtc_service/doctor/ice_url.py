"""URLs of STUN and TURN servers (RFC 7064, RFC 7065)."""

from __future__ import annotations

import re
from dataclasses import dataclass

FORM = re.compile(
    r"(?P<scheme>stuns?|turns?):(?P<host>\[[0-9a-fA-F:.]+\]|[^:?/\s\[\]]+)(:(?P<port>\d{1,5}))?"
    r"(\?transport=(?P<transport>udp|tcp))?"
)


@dataclass(frozen=True)
class IceUrl:
    host: str
    port: int
    transport: str  # "udp" or "tcp"
    tls: bool

    @property
    def address(self) -> tuple[str, int]:
        return self.host, self.port


def parse(text: str) -> IceUrl:
    """Raises ValueError that says what is wrong with it."""
    found = FORM.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no URL of a STUN or TURN server.")
    tls = found["scheme"].endswith("s")
    port = int(found["port"] or (5349 if tls else 3478))
    if not 0 < port < 65_536:
        raise ValueError(f"{text!r} has no such port.")
    return IceUrl(found["host"].strip("[]"), port, found["transport"] or ("tcp" if tls else "udp"), tls)
