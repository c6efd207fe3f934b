"""Published test driver of the socket: one `Tab` is one browser tab, over the real consumer, in the test's own loop.

    async def story():
        async with sockets():
            alice = await Tab("alice").open(tokens.hello(f"v:{visitor.uuid}", "customer"))
            answer = await alice.ask("call.request", {"page_kind": "product"})
    asyncio.run(story())

Needs a database that threads can see (pytest: `transactional_db`), because handlers run in database threads.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

from channels.testing import WebsocketCommunicator

from . import db
from .db import in_db
from .services import sweeps
from .signalling import hub as hubs
from .signalling.routing import wrap_asgi

Frame = dict[str, Any]
SECONDS = 10.0  # a test machine may be busy; nothing waits so long when all is well
_open_tabs: set[Tab] = set()


class Tab:
    """`frames` holds all that came, oldest first; `code` is the close code once the server has closed."""

    def __init__(self, tab: str = "tab") -> None:
        self.tab = tab
        self.frames: list[Frame] = []
        self.code: int | None = None
        self.resume = ""
        self.welcome: Frame = {}
        self._changed = asyncio.Condition()

    # --- open and close

    async def connect(self, *, origin: str = "", address: str = "127.0.0.1", **headers: str) -> Tab:
        """Open the socket, without hello."""
        given = {"host": "testserver", **({"origin": origin} if origin else {}), **headers}
        raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items()]
        self._pipe = WebsocketCommunicator(wrap_asgi(None), "/ws/rtc/", headers=raw)
        self._pipe.scope["client"] = [address, 50_000]
        accepted, _ = await self._pipe.connect(timeout=SECONDS)
        assert accepted, "the socket is always accepted first, so that a browser can read the reason of a refusal"
        self._reader = asyncio.create_task(self._read())
        _open_tabs.add(self)
        return self

    async def open(self, token: str | None = None, *, origin: str = "", **hello: Any) -> Tab:
        """Connect and say hello; the answer must be `welcome`."""
        await self.connect(origin=origin)
        answer = await self.hello(token, **hello)
        assert answer["kind"] == "welcome", answer
        return self

    async def hello(self, token: str | None = None, **hello: Any) -> Frame:
        """Say hello with a fresh token or `resume=`; returns the answer, `welcome` or `error`."""
        body = {"tab": self.tab, **({"token": token} if token else {}), **hello}
        answer = await self.ask("hello", body)
        if answer["kind"] == "welcome":
            self.welcome, self.resume = answer["body"], answer["body"]["resume_token"]
        return answer

    async def close(self) -> None:
        """The browser goes away; returns when the server has noticed."""
        if self in _open_tabs:
            _open_tabs.discard(self)
            await self._pipe.send_input({"type": "websocket.disconnect", "code": 1001})
            await self._pipe.wait(SECONDS)
            self._reader.cancel()

    # --- out

    async def send(self, frame: str | bytes) -> None:
        """Any frame, as it is."""
        await self._pipe.send_input({"type": "websocket.receive", "text" if isinstance(frame, str) else "bytes": frame})

    async def say(self, kind: str, body: Frame | None = None, *, call: str = "", v: int = 1) -> str:
        """One message; returns its id."""
        message = {"v": v, "kind": kind, "id": str(uuid4()), **({"call": call} if call else {}), "body": body or {}}
        await self.send(json.dumps(message, default=str))
        return str(message["id"])

    async def ask(self, kind: str, body: Frame | None = None, *, call: str = "", v: int = 1) -> Frame:
        """One message and its answer (`ok`, `error`, `welcome`, `pong` or `replay`)."""
        asked = await self.say(kind, body, call=call, v=v)
        return await self.wait(lambda frame: frame.get("id") == asked)

    async def refused(self, kind: str, body: Frame | None = None, *, call: str = "") -> str:
        """The error code with which a message is answered."""
        answer = await self.ask(kind, body, call=call)
        assert answer["kind"] == "error", answer
        return str(answer["body"]["code"])

    # --- in

    async def wait(self, wanted: Callable[[Frame], Any], seconds: float = SECONDS) -> Frame:
        """The first frame, old or new, that fits."""
        async with self._changed:
            try:
                async with asyncio.timeout(seconds):
                    await self._changed.wait_for(lambda: any(map(wanted, self.frames)) or self.code is not None)
            except TimeoutError:
                raise AssertionError(f"no such frame within {seconds} s among {self.kinds()}") from None
        for frame in self.frames:
            if wanted(frame):
                return frame
        raise AssertionError(f"closed with {self.code} after {self.kinds()}")

    async def kind(self, kind: str, /, **body: Any) -> Frame:
        """The body of the first frame of a kind whose body has these values."""

        def fits(frame: Frame) -> bool:
            return frame["kind"] == kind and all(frame["body"].get(key) == value for key, value in body.items())

        return dict((await self.wait(fits))["body"])

    async def event(self, kind: str) -> Frame:
        """The first row of the log of a kind."""
        return await self.kind("event", kind=kind)

    async def error(self) -> str:
        """The code of the first error."""
        return str((await self.kind("error"))["code"])

    async def closed(self, seconds: float = SECONDS) -> int:
        """The code with which the server closes."""
        async with self._changed:
            async with asyncio.timeout(seconds):
                await self._changed.wait_for(lambda: self.code is not None)
        assert self.code is not None
        return self.code

    async def settle(self) -> Tab:
        """All that was on its way to this tab has come (a ping goes there and back)."""
        await self.ask("ping")
        return self

    def kinds(self) -> list[str]:
        """The kinds that came, for messages of failed tests and for "nothing came"."""
        return [frame["body"]["kind"] if frame["kind"] == "event" else frame["kind"] for frame in self.frames]

    def forget(self) -> Tab:
        """Start with an empty list of frames."""
        self.frames.clear()
        return self

    async def _read(self) -> None:
        while True:
            message = await self._pipe.output_queue.get()
            async with self._changed:
                if message["type"] == "websocket.close":
                    self.code = message.get("code", 1000)
                else:
                    self.frames.append(json.loads(message["text"]))
                self._changed.notify_all()


@asynccontextmanager
async def sockets(*, ticker: bool = False) -> AsyncIterator[hubs.Hub]:
    """A hub for the running loop. Its ticker rests unless asked for: `tick()` is one second of it, at once."""
    hub = hubs.current(ticker=ticker)
    try:
        yield hub
    finally:
        for tab in list(_open_tabs):
            await tab.close()
        await hub.stop()
        db.drain()


async def tick() -> None:
    """What the ticker does each beat and each second: renew the leases of the open sockets, then all sweepers."""
    await hubs.current().ticker.beat(time.monotonic())
    await sweep()


async def sweep() -> None:
    """All sweepers once, as any process would; nobody's lease is renewed before."""
    await in_db(sweeps.run_all)


def link_of(frame: Frame) -> tuple[UUID, int]:
    """(link, generation) of a `link.open` body."""
    return UUID(frame["link"]), int(frame["generation"])
