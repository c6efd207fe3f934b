"""One recorded party: its link's present generation, the capture behind it, and what is wrong with it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any, Protocol
from uuid import UUID

from rtc_service.exceptions import RtcError

from .problems import Stats, Watch
from .sinks import Sinks

log = logging.getLogger("rtc_recordings.recorder")
FIRST_PATIENCE = 3.0  # so many times STALL_SECONDS a link may take until the first packet
Message = dict[str, Any]


class CaptureStats(Stats, Protocol):
    @property
    def state(self) -> str: ...
    @property
    def first_media(self) -> float | None: ...


class Capture(Protocol):
    """`capture.PartyCapture`, docs/recordings.md."""

    @property
    def stats(self) -> CaptureStats: ...
    async def offer(self) -> str: ...
    async def answer(self, sdp: str) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...
    async def close(self) -> None: ...


class CaptureMaker(Protocol):
    def __call__(
        self,
        *,
        open_segment: Callable[[], Any],
        bitrate: int,
        ice_servers: list[Any],
        addresses: list[str],
        on_change: Callable[[], None],
    ) -> Capture: ...


class Party:
    """`say(kind, body)` sends a link message; `changed` is called when its capture has news."""

    def __init__(
        self,
        participant: UUID,
        link: str,
        *,
        sinks: Sinks,
        make: CaptureMaker,
        addresses: list[str],
        say: Callable[[str, Message], None],
        changed: Callable[[], None],
    ) -> None:
        self.participant, self.link = participant, link
        self.watch = Watch(since=time.time())
        self.alarms: set[str] = set()
        self.generation = 0
        self.read = 0  # the other end's newest message of this generation
        self.first_media: float | None = None
        self._said = 0
        self._sinks, self._make, self._addresses = sinks, make, addresses
        self._say, self._changed = say, changed
        self._capture: Capture | None = None
        self._work: set[asyncio.Task[None]] = set()
        self._up = False
        self._opened = 0.0
        self._asked = 0  # the generation that was asked to be renewed last

    @property
    def stats(self) -> CaptureStats | None:
        return self._capture.stats if self._capture is not None else None

    # --- the link

    def open(self, body: Message, *, paused: bool) -> None:
        """A (newer) generation: build a capture for it and offer; the older one is put away."""
        if body["generation"] <= self.generation:
            return
        self.generation, self.read, self._said, self._up = body["generation"], 0, 0, False
        self._opened = time.time()
        self._replace(None)
        profile = body["profile"]
        capture = self._make(
            open_segment=self._sinks.open,
            bitrate=int(profile["video"]["bitrate"]),
            ice_servers=profile["ice_servers"],
            addresses=self._addresses,
            on_change=self._changed,
        )
        if paused:
            capture.pause()
        self._capture = capture
        self._spawn(self._offer(capture, self.generation))

    async def _offer(self, capture: Capture, generation: int) -> None:
        sdp = await capture.offer()
        if generation == self.generation:
            self._said += 1
            body = {"link": self.link, "generation": generation, "n": self._said, "type": "offer", "sdp": sdp}
            self._say("link.description", body)

    def described(self, body: Message) -> None:
        """The party's answer (its candidates come with it or later, and are not used)."""
        if body["generation"] != self.generation or self._capture is None:
            return
        self.read = max(self.read, body["n"])
        if body["type"] == "answer":
            self._spawn(self._answer(self._capture, body["sdp"]))

    async def _answer(self, capture: Capture, sdp: str) -> None:
        await capture.answer(sdp)

    def candidates(self, body: Message) -> None:
        if body["generation"] == self.generation:
            self.read = max(self.read, body["n"])

    # --- the recording

    def pause(self) -> None:
        if self._capture is not None:
            self._capture.pause()

    def resume(self) -> None:
        self.watch.again(time.time())
        if self._capture is not None:
            self._capture.resume()

    def look(self, now: float) -> None:
        """Note what has come; say when the link stands."""
        stats = self.stats
        if stats is None:
            return
        if stats.first_media is not None:
            self.first_media = self.first_media or stats.first_media
            if not self._up:
                self._up = True
                self._say("link.state", {"link": self.link, "generation": self.generation, "state": "up"})
        self.watch.look(stats, now)

    def renew_if_stalled(self, now: float, seconds: float) -> None:
        """A link over which nothing comes, or that has failed, is made anew, once for each generation."""
        patience = seconds if self._up else seconds * FIRST_PATIENCE
        silent = self.watch.stalled(now, patience) and now - self._opened >= patience
        failed = self.stats is not None and self.stats.state == "failed"
        if (silent or failed) and self.generation and self._asked < self.generation:
            self._asked = self.generation
            log.info("nothing comes over link %s, generation %d: anew", self.link, self.generation)
            self._say("link.renew", {"link": self.link, "generation": self.generation, "cause": "stalled"})

    async def close(self) -> None:
        """The last frames are written and the segment is closed when this returns."""
        self.generation = 1 << 30  # nothing opens any more
        self._replace(None)
        while self._work:
            await asyncio.wait(set(self._work))

    # --- how

    def _replace(self, capture: Capture | None) -> None:
        old, self._capture = self._capture, capture
        if old is not None:
            self._spawn(old.close())

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._work.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._work.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is None:
            return
        if isinstance(error, RtcError):
            log.warning("link %s, generation %d: %s", self.link, self.generation, error.code)
        else:
            log.error("a step of link %s failed", self.link, exc_info=error)
