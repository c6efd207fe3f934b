"""Which remote addresses a browser may be sent to (threat: a customer aims an agent's browser at the agent's own network).

Candidate lines are RFC 8839 5.1: ``candidate:<foundation> <component> <transport> <priority> <address> <port> typ …``.
"""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address

_LINE = re.compile(r"^a=(candidate:.*?)\r?\n", re.MULTILINE)


def is_public(candidate: str) -> bool:
    """A routable unicast address; names (mDNS) are not, an empty line (end of candidates) is harmless."""
    if not candidate:
        return True
    fields = candidate.split()
    if len(fields) < 6:
        return False
    try:
        address = ip_address(fields[4])
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.is_global and not address.is_multicast


def public_sdp(sdp: str) -> str:
    """The description without candidate lines that are not public."""
    return _LINE.sub(lambda line: line.group(0) if is_public(line.group(1)) else "", sdp)
