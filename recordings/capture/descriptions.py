"""Session descriptions (SDP, RFC 8866) as they go out and come in."""

from __future__ import annotations

import re
from typing import Any

from aiortc import RTCIceServer
from aiortc.rtcicetransport import parse_stun_turn_uri

from .errors import AnswerRefused

LONGEST = 64 << 10  # bytes
_CANDIDATES = re.compile(r"a\s*=\s*(candidate|end-of-candidates|remote-candidates)\b", re.IGNORECASE)
_OPUS = re.compile(r"^(a=rtpmap:(\d+) opus/48000/2)\r?$", re.MULTILINE | re.IGNORECASE)


def asking_for_sound_again(offer: str) -> str:
    """The offer, saying that lost packets of sound will be asked for again too (RFC 4585 4.2). Who does not know
    of that leaves it out of the answer (Chromium does), and nothing is sent again."""
    return _OPUS.sub(r"\1\r\na=rtcp-fb:\2 nack\r", offer)


def without_candidates(answer: str) -> str:
    """The answer, without the addresses in it: we write to nobody who has not shown our password first.

    "End of candidates" goes too, or the ICE agent gives up at once. Raises `AnswerRefused`.
    """
    if len(answer) > LONGEST:
        raise AnswerRefused("the answer is too long")
    lines = [line for line in re.split(r"\r\n|\r|\n", answer) if line and not _CANDIDATES.match(line.strip())]
    return "\r\n".join(lines) + "\r\n"


def ice_servers(given: list[Any]) -> list[RTCIceServer]:
    """From the form that browsers get ({"urls", "username", "credential"}); what aiortc cannot use is left out."""
    servers = []
    for server in given:
        if isinstance(server, RTCIceServer):
            servers.append(server)
            continue
        urls = [server["urls"]] if isinstance(server["urls"], str) else list(server["urls"])
        urls = [url for url in urls if _usable(url)]
        if urls:
            servers.append(RTCIceServer(urls, server.get("username"), server.get("credential")))
    return servers


def _usable(url: str) -> bool:
    try:
        parse_stun_turn_uri(url)
    except ValueError:
        return False
    return True
