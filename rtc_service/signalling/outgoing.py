"""The speaking half of a socket: one queue of finished frames and the one task that sends them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from ..exceptions import RtcError
from . import protocol

OUT_FRAMES = 2_000
BYE_CODES = {
    "taken_over": protocol.CLOSE_TAKEN_OVER,
    "revoked": protocol.CLOSE_TOKEN,
    "renew": protocol.CLOSE_RESTART,
    "drain": protocol.CLOSE_RESTART,
    "ended": 1000,
}


class Outgoing:
    """Base of the consumer. Nothing here waits, so that it may be called from anywhere on the loop."""

    send: Callable[[dict[str, Any]], Awaitable[None]]  # Channels' own, to the server

    def __init__(self) -> None:
        self.closing = False
        self._out: asyncio.Queue[dict[str, Any]] = asyncio.Queue(OUT_FRAMES)

    def deliver(self, frame: str) -> None:
        """Queue one finished frame; a reader too slow for OUT_FRAMES is cut off (it comes back and replays)."""
        if self.closing:
            return
        try:
            self._out.put_nowait({"type": "websocket.send", "text": frame})
        except asyncio.QueueFull:
            self.drop()

    def say(self, kind: str, body: Any, *, id: UUID | None = None, call: str | None = None) -> None:
        """Queue one message."""
        self.deliver(protocol.encode(kind, body, id=id, call=None if call is None else UUID(call)))

    def refuse(self, id: UUID | None, error: RtcError) -> None:
        """Answer the request of this id, or what had none, with `error`."""
        self.say("error", protocol.Error(error.code, error.detail, error.retry_after), id=id)

    def bye(self, reason: str) -> None:
        """Say why, then close."""
        self.say("bye", {"reason": reason})
        self.close(BYE_CODES[reason])

    def drop(self) -> None:
        """Close without a word: the other end is deaf or flooding its own buffer."""
        self.close(protocol.CLOSE_RESTART)

    def close(self, code: int) -> None:
        """Close after all that is queued already; nothing is said from now on."""
        if not self.closing:
            self.closing = True
            if self._out.full():
                self._out.get_nowait()
            self._out.put_nowait({"type": "websocket.close", "code": code})

    async def _write(self) -> None:
        while True:
            message = await self._out.get()
            await self.send(message)
            if message["type"] == "websocket.close":
                return
