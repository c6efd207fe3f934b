"""A recorder in the test's own loop: a real server on a real port, real client and session, a capture without media."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import uvicorn

from recordings.capture.outlet import Outlet
from recordings.capture.stats import CaptureStats
from recordings.models import Policy, Recording
from recordings.recorder import worker
from recordings.recorder.session import Session
from rtc_service.db import in_db
from rtc_service.signalling.routing import wrap_asgi
from rtc_service.testing import run_duties
from rtc_service.testing_sockets import Tab
from tests.harness.people import People
from tests.harness.tab import Conversation, connecting
from tests.services.stack import free_port

SECONDS = 10.0


class SilentCapture:
    """`PartyCapture` without aiortc: media is what the test says (`arrives`)."""

    made: list[SilentCapture] = []

    def __init__(
        self,
        *,
        open_segment: Callable[[], Any],
        bitrate: int,
        ice_servers: list[Any],
        addresses: list[str],
        on_change: Callable[[], None],
    ) -> None:
        self.bitrate, self.on_change = bitrate, on_change
        self.stats = CaptureStats()
        self.answered: list[str] = []
        self.paused = self.closed = False
        self._open = open_segment
        self._outlet: Outlet | None = None
        self.made.append(self)

    async def offer(self) -> str:
        return f"v=0 offer {len(self.made)}"

    async def answer(self, sdp: str) -> None:
        self.answered.append(sdp)
        self.stats.state = "connected"

    def arrives(self, data: bytes = b"media", *, picture: bool = True, sound: bool = True, black: bool = False) -> None:
        now = time.time()
        stats = self.stats
        stats.first_media = stats.first_media or now
        stats.last_packet, stats.black = now, black
        stats.last_picture = now if picture else stats.last_picture
        stats.last_sound = now if sound else stats.last_sound
        if not self.paused:
            if self._outlet is None:
                self._outlet = Outlet(self._open, most=1 << 20)
            self._outlet.write(data)
            self._outlet.checkpoint({"audio": {"rate": 48000, "first": 0, "arrival": now, "reports": []}}, {"audio": 1})
        self.on_change()

    def pause(self) -> None:
        self.paused = True
        self._cut()

    def resume(self) -> None:
        self.paused = False

    def _cut(self) -> None:
        outlet, self._outlet = self._outlet, None
        if outlet is not None:
            outlet.finish({"audio": {"rate": 48000, "first": 0, "arrival": 1.0, "reports": []}}, {"audio": 1}).result(5)

    async def close(self) -> None:
        self.closed = True
        await asyncio.to_thread(self._cut)


@dataclass
class Studio:
    """A conversation that is being recorded by `session`."""

    talk: Conversation
    recording: UUID
    session: Session
    url: str

    @property
    def alice(self) -> Tab:
        return self.talk.alice

    @property
    def bob(self) -> Tab:
        return self.talk.bob

    async def row(self) -> Recording:
        return await in_db(Recording.objects.select_related("call", "leg").get, uuid=self.recording)

    async def becomes(self, state: str) -> Recording:
        """Wait until the row is in a state."""
        return await eventually(self.row, lambda row: row.state == state)

    def captures(self) -> list[SilentCapture]:
        """Those that are not closed."""
        return [capture for capture in SilentCapture.made if not capture.closed]


async def eventually(read: Callable[[], Any], good: Callable[[Any], Any], seconds: float = SECONDS) -> Any:
    """Read until it is good. Raises AssertionError with the last value."""
    end = time.monotonic() + seconds
    while True:
        value = read()
        if asyncio.iscoroutine(value):
            value = await value
        if good(value):
            return value
        assert time.monotonic() < end, f"it stayed {value!r}"
        await asyncio.sleep(0.02)


@asynccontextmanager
async def serving() -> AsyncIterator[str]:
    """Our sockets on a port of 127.0.0.1, in this loop, so with this loop's hub. Yields the URL."""
    config = uvicorn.Config(
        wrap_asgi(None), host="127.0.0.1", port=free_port(), lifespan="off", log_level="error", ws="websockets-sansio"
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server._serve())
    await eventually(lambda: server.started, bool)
    try:
        yield f"ws://127.0.0.1:{config.port}/ws/rtc/"
    finally:
        server.should_exit = server.force_exit = True
        await task


@asynccontextmanager
async def studio(people: People, core: Callable[..., None], **settings: Any) -> AsyncIterator[Studio]:
    """Alice and bob talk, alice has agreed, the recorder has offered to both and nothing has come yet."""
    SilentCapture.made.clear()
    worker.make_capture = SilentCapture  # type: ignore[assignment]
    async with serving() as url:
        core("recordings", SIGNALLING_URL=url, **settings)
        await in_db(lambda: Policy.objects.update_or_create(queue="", defaults={"start": "auto"}))
        talk = await connecting(people)
        await in_db(run_duties)
        prompt = await talk.alice.kind("prompt", kind="recordings.consent")
        await talk.alice.ask("prompt.answer", {"prompt": prompt["prompt"], "accept": True}, call=talk.call)
        await in_db(run_duties)
        recording = await in_db(Recording.objects.get)
        assert await worker._take(recording.uuid)
        session = worker._sessions[recording.uuid]
        assert session is not None
        try:
            yield Studio(talk, recording.uuid, session, url)
        finally:
            await worker.stop_all("the test is over")


async def answer(tab: Tab, call: str, generation: int = 1) -> dict[str, Any]:
    """Answer the recorder's offer of a generation, as the browser would; returns the `link.open` body."""
    opened = await tab.kind("link.open", kind="record", generation=generation)
    offered = await tab.kind("link.description", link=opened["link"], generation=generation)
    assert offered["type"] == "offer"
    body = {"link": opened["link"], "generation": generation, "n": 1, "type": "answer", "sdp": "v=0 answer"}
    await tab.ask("link.description", body, call=call)
    return opened
