"""A private coturn on the loopback, with time-limited credentials (REST secret) as our settings expect them.

`allow-loopback-peers` is on because everybody of a test lives at 127.0.0.1 or at an address of this machine;
what the loopback does not need stays denied, as in the configuration that `deploy/` ships.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .process import Child, accepts, free_port

REALM = "turn.test"
SECRET = "turn-test-secret"
DENIED = (
    "0.0.0.0-0.255.255.255",
    "100.64.0.0-100.127.255.255",
    "169.254.0.0-169.254.255.255",
    "192.0.0.0-192.0.0.255",
    "198.18.0.0-198.19.255.255",
    "240.0.0.0-255.255.255.255",
    # CVE-2026-27624: IPv4 addresses in IPv6 clothes. As a range, for `::-::ffff` would block all of IPv4.
    "::ffff:0:0-::ffff:ffff:ffff",
)


class NoTurnServer(RuntimeError):
    """There is no coturn on this machine."""


@dataclass(frozen=True)
class TurnServer:
    """A running server: its ports, secret, and the file with its log."""

    port: int
    tls_port: int
    secret: str
    log: Path
    pid: int

    def urls(self, *transports: str) -> list[str]:
        """TURN URLs for `udp`, `tcp`, `tls`; all three when none is named."""
        known = {
            "udp": f"turn:127.0.0.1:{self.port}?transport=udp",
            "tcp": f"turn:127.0.0.1:{self.port}?transport=tcp",
            "tls": f"turns:127.0.0.1:{self.tls_port}?transport=tcp",
        }
        return [known[transport] for transport in transports or known]

    def credentials(self, user: str = "test", seconds: int = 600) -> tuple[str, str]:
        """(username, credential) that end after `seconds`; negative ones have already ended."""
        username = f"{int(time.time()) + seconds}:{user}"
        digest = hmac.new(self.secret.encode(), username.encode(), hashlib.sha1).digest()
        return username, base64.b64encode(digest).decode()

    def ice_servers(self, *transports: str) -> list[dict[str, Any]]:
        """RTCIceServer list (W3C webrtc-pc) for a bare page."""
        username, credential = self.credentials()
        return [{"urls": self.urls(*transports), "username": username, "credential": credential}]


@contextmanager
def turn_server(secret: str = SECRET) -> Iterator[TurnServer]:
    """Start coturn and stop it at the end. Raises NoTurnServer when it is not installed."""
    binary = shutil.which("turnserver")
    if binary is None:
        raise NoTurnServer("install coturn")
    with tempfile.TemporaryDirectory(prefix="rtc-turn-") as folder:
        base = Path(folder)
        port, tls_port = free_port(), free_port()
        _certificate(base)
        (base / "turn.conf").write_text(_configuration(base, port, tls_port, secret))
        child = Child([binary, "-c", str(base / "turn.conf")], log=base / "turn.log", cwd=base)
        with child:
            child.wait_until(lambda: accepts(port), 10)
            yield TurnServer(port, tls_port, secret, base / "turn.log", child.pid)


def _certificate(base: Path) -> None:
    """A self-signed certificate; browsers need `--ignore-certificate-errors` to accept it for turns:."""
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={REALM}"]
    names = ["-addext", f"subjectAltName=DNS:{REALM},IP:127.0.0.1"]
    files = ["-keyout", str(base / "turn.key"), "-out", str(base / "turn.crt")]
    subprocess.run([*command, *names, *files], check=True, capture_output=True)


def _configuration(base: Path, port: int, tls_port: int, secret: str) -> str:
    low = 50000 + port % 50 * 200  # runs beside each other rarely share a range, and coturn skips a taken port
    lines = [
        "listening-ip=127.0.0.1",
        "relay-ip=127.0.0.1",
        f"listening-port={port}",
        f"tls-listening-port={tls_port}",
        f"min-port={low}",
        f"max-port={low + 199}",
        f"realm={REALM}",
        "fingerprint",
        "use-auth-secret",
        f"static-auth-secret={secret}",
        f"cert={base / 'turn.crt'}",
        f"pkey={base / 'turn.key'}",
        "no-cli",
        "no-multicast-peers",
        "no-software-attribute",
        "allow-loopback-peers",
        "user-quota=24",
        "total-quota=200",
        "stale-nonce=600",
        "log-file=stdout",
        "simple-log",
        "verbose",
        f"pidfile={base / 'turnserver.pid'}",
        f"userdb={base / 'turndb'}",
        *(f"denied-peer-ip={addresses}" for addresses in DENIED),
    ]
    return "\n".join(lines) + "\n"
