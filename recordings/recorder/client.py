"""A small client of our own signalling protocol for one leg: hello, heartbeat, and back again when the socket breaks.

It knows nothing of media. `handle` gets every message after hello, `welcome` each time there is a (new) socket."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, WebSocketException

from rtc_service import tokens
from rtc_service.signalling import protocol

log = logging.getLogger("rtc_recordings.client")
Message = dict[str, Any]
PAUSES = (0.1, 0.3, 0.7, 1.5, 3.0)  # between attempts to come back; the last one again and again
HELLO_SECONDS = 5.0
OUTBOX = 200  # messages that wait for a socket


class Refused(Exception):
    """The server wants this leg no more (it has left its call); `code` is the server's word."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Client:
    """`held()` gives the links that this end still holds: [{link, generation, n}], n = the last message read.

    `allowed()` is asked before each hello: whoever was away for long may have been replaced, and would throw its
    successor out of the seat."""

    def __init__(
        self,
        url: str,
        leg: UUID,
        role: str,
        *,
        welcome: Callable[[Message], None],
        handle: Callable[[str, Message], None],
        held: Callable[[], list[Message]],
        allowed: Callable[[], Awaitable[bool]],
    ) -> None:
        self._url, self._key, self._role = url, f"s:{leg}", role
        self._welcome, self._handle, self._held, self._allowed = welcome, handle, held, allowed
        self._tab = uuid4().hex
        self._resume = ""
        self._socket: ClientConnection | None = None
        self._outbox: deque[str] = deque(maxlen=OUTBOX)
        self._seqs: dict[str, int] = {}
        self._heartbeat = 5.0
        self._heard = 0.0
        self.welcomed = False

    async def run(self) -> str:
        """Until the call is over for this leg, or it may not any more: the reason. Raises Refused. What else goes
        wrong is tried again for ever."""
        failures = 0
        while await self._allowed():
            try:
                reason = await self._once()
                if reason == "ended":
                    return reason
                if reason in ("taken_over", "revoked"):  # whether rightly so, `allowed` knows
                    self._resume = ""
            except (OSError, TimeoutError, InvalidHandshake, WebSocketException) as error:
                log.info("no signalling server at present (%s %s)", type(error).__name__, error)
            failures = 0 if self.welcomed else failures
            self.welcomed = False
            await asyncio.sleep(PAUSES[min(failures, len(PAUSES) - 1)])
            failures += 1
        return "lost its place"

    def send(self, kind: str, body: Message, call: UUID) -> None:
        """Say something now, or as soon as there is a socket."""
        self._outbox.append(protocol.encode(kind, body, call=call))
        if self.welcomed:
            asyncio.get_running_loop().create_task(self._flush())

    # --- one socket

    async def _once(self) -> str:
        headers = {"Authorization": f"Bearer {tokens.service()}"}
        limit = 4 << 20  # a snapshot of a long call
        async with connect(
            self._url, additional_headers=headers, proxy=None, open_timeout=HELLO_SECONDS, max_size=limit,
            close_timeout=1.0,
        ) as socket:  # fmt: skip
            async with asyncio.timeout(HELLO_SECONDS):
                body = await self._hello(socket)
            self._socket, self._heard = socket, time.monotonic()
            self._heartbeat = float(body["heartbeat"])
            self._resume = body["resume_token"]
            if body["snapshot"] is not None:
                self._seqs = {str(body["call"]): body["snapshot"]["seq"]}
            self.welcomed = True
            self._welcome(body)
            beating = asyncio.create_task(self._beat(socket))
            try:
                await self._flush()
                return await self._read(socket)
            finally:
                self._socket = None
                beating.cancel()
                # Not `suppress(CancelledError)`: it may be ourselves who are cancelled at this moment.
                await asyncio.gather(beating, return_exceptions=True)

    async def _hello(self, socket: ClientConnection) -> Message:
        """Raises Refused, TimeoutError, ConnectionClosed."""
        body: Message = {"tab": self._tab, "take_over": True, "links": self._held()}
        if self._resume:
            body["resume"] = self._resume
        else:
            body["token"] = tokens.hello(self._key, self._role)
        await socket.send(protocol.encode("hello", body, id=uuid4()))
        while True:
            message = json.loads(await socket.recv())
            if message["kind"] == "welcome":
                return dict(message["body"])
            if message["kind"] == "error":
                self._refused(message["body"]["code"])

    def _refused(self, code: str) -> None:
        if code not in ("token_refused", "token_reused"):
            raise TimeoutError(code)  # try_again, flood: in a moment
        if not self._resume:
            raise Refused(code)
        self._resume = ""  # it was too old: from a fresh one, which says whether the leg is still there
        raise TimeoutError(code)

    async def _read(self, socket: ClientConnection) -> str:
        async for text in socket:
            self._heard = time.monotonic()
            message = json.loads(text)
            kind, body = message["kind"], message["body"]
            if kind == "bye":
                return str(body["reason"])
            if kind == "event":
                self._seqs[str(body["call"])] = body["seq"]
            elif kind == "error":
                log.info("the server refused a message: %s %s", body["code"], body.get("detail", ""))
                continue
            self._handle(kind, body)
        return ""

    async def _beat(self, socket: ClientConnection) -> None:
        """Say that we are here; a server that has not been heard for three beats is gone, whatever TCP believes."""
        while True:
            await asyncio.sleep(self._heartbeat)
            if time.monotonic() - self._heard > 3 * self._heartbeat:
                await socket.close()
                return
            ping = {"t": round(time.time() * 1000, 1), "seqs": self._seqs}
            await socket.send(protocol.encode("ping", ping, id=uuid4()))

    async def _flush(self) -> None:
        while self._outbox and self._socket is not None:
            frame = self._outbox.popleft()
            try:
                await self._socket.send(frame)
            except WebSocketException:
                self._outbox.appendleft(frame)
                return
