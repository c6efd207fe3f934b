"""Which remote addresses a browser may be sent to.

The threat: a customer aims an agent's browser at the network that the agent sits in.

Candidate lines are RFC 8839 5.1: ``candidate:<foundation> <component> <transport> <priority> <address> <port> typ …``.
"""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address, ip_network

# As the most forgiving browser reads an SDP: any case, spaces about "a=", no line break after the last line.
_CANDIDATE = re.compile(r"\s*a\s*=\s*(candidate\s*:.*)", re.IGNORECASE | re.DOTALL)
_WORDS = re.compile(r"[!-~]+(?: [!-~]+)*")
# Addresses that another one is hidden in (RFC 6052, 3056, 4291 2.5.5.1, 3879), which `is_global` takes for routable.
_WRAPPED = [
    ip_network(text)
    for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "::/96", "::ffff:0:0:0/96", "fec0::/10")
]


def is_public(candidate: str) -> bool:
    """A routable unicast address; names (mDNS) are not, an empty line (end of candidates) is harmless."""
    if not candidate:
        return True
    if not _WORDS.fullmatch(candidate):  # browsers part the words at single spaces; whatever else is there is a trick
        return False
    fields = candidate.split(" ")
    if len(fields) < 6:
        return False
    try:
        address = ip_address(fields[4])
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    wrapped = any(address in network for network in _WRAPPED if network.version == address.version)
    return address.is_global and not address.is_multicast and not wrapped


def public_sdp(sdp: str) -> str:
    """The description without candidate lines that are not public."""
    return "".join(line for line in re.findall(r"[^\r\n]*(?:\r\n|\r|\n|\Z)", sdp) if _passes(line))


def _passes(line: str) -> bool:
    found = _CANDIDATE.fullmatch(line)
    return found is None or is_public(found.group(1).strip())
