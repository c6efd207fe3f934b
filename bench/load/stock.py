"""Ends of the stock peer."""

from __future__ import annotations

import uuid

import msgspec
from websockets.asyncio.client import connect

from .ends import MESSAGE_BYTES, SDP, End, Line


class StockEnd(End):
    def frame(self, number: int) -> str:
        body = {"kind": "link.description", "n": number, "type": "offer", "sdp": SDP}
        frame = msgspec.json.encode(body).decode()
        assert abs(len(frame) - MESSAGE_BYTES) < 150, len(frame)
        return frame

    def relayed(self, frame: str | bytes) -> int | None:
        number: int = msgspec.json.decode(frame)["n"]
        return number


async def open_lines(urls: list[str], pairs: int) -> list[Line]:
    """`pairs` pairs; the first of each at the first URL, the second at the last. Both directions of each pair."""
    lines = []
    for _ in range(pairs):
        a, b = uuid.uuid4().hex, uuid.uuid4().hex
        first = StockEnd(await connect(f"{urls[0]}/ws/{a}/{b}/", compression=None))
        second = StockEnd(await connect(f"{urls[-1]}/ws/{b}/{a}/", compression=None))
        lines += [Line(first, second), Line(second, first)]
    return lines
