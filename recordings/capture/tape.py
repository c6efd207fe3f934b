"""Where one party's media is cut into segments."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, wait

from . import vp8
from .clocks import Report
from .limits import CaptureLimits
from .outlet import SegmentSink
from .pictures import Picture
from .segment import Jumped, Segment
from .sound import Sound

logger = logging.getLogger("rtc_recordings")

EARLY = 256  # packets of sound that wait for the first picture


class Tape:
    """A segment opens at a key frame, with the sound that has come while it was waited for; or, when none comes, with
    sound only. It ends at a pause, at a jump of the clocks, when its sink fails, or when sound only gets a picture.

    `want_key` is called when only a key frame helps. All on the loop's thread, and without waiting, but for `pause`.
    """

    def __init__(
        self,
        open_segment: Callable[[], SegmentSink],
        limits: CaptureLimits,
        *,
        clock: Callable[[], float],
        want_key: Callable[[], None],
        reports: Callable[[], dict[str, Iterable[Report]]],
    ) -> None:
        self.paused = False
        self.failures = 0
        self._open, self._limits = open_segment, limits
        self._clock, self._want_key, self._reports = clock, want_key, reports
        self._segment: Segment | None = None
        self._early: deque[Sound] = deque(maxlen=EARLY)
        self._since = 0.0  # what arrived before is not ours: the party was paused
        self._not_before = 0.0  # a sink has failed
        self._closed = False
        self._closing: set[Future[None]] = set()

    # --- media

    def arrived(self, kind: str, ticks: int, arrival: float) -> None:
        if self._segment is not None:
            self._segment.clocks[kind].arrived(ticks, arrival)

    def report(self, kind: str, report: Report) -> None:
        if self._segment is not None:
            self._segment.clocks[kind].report(report)

    def picture(self, picture: Picture) -> None:
        if not self._ours(picture.arrival):
            return
        if self._segment is not None and not self._segment.has_picture and picture.key:
            self.cut()
        if self._segment is None or not self._segment.has_picture:
            if not picture.key:
                self._want_key()
                return
            self._start(vp8.frame_size(picture.data), picture.arrival)
        if not self._put(lambda segment: segment.picture(picture)) and not self._closed:
            if picture.key:
                self._start(vp8.frame_size(picture.data), picture.arrival)
                self._put(lambda segment: segment.picture(picture))
            else:
                self._want_key()

    def sound(self, packet: Sound) -> None:
        if not self._ours(packet.arrival):
            return
        if self._segment is None or not self._put(lambda segment: segment.sound(packet)):
            self._early.append(packet)

    def _ours(self, arrival: float) -> bool:
        return not (self.paused or self._closed) and arrival >= self._since

    def _put(self, write: Callable[[Segment], None]) -> bool:
        """False when there is no segment, or not any more."""
        if self._segment is None:
            return False
        try:
            write(self._segment)
        except Jumped:
            self.cut()
        return self._segment is not None

    # --- segments

    def _start(self, size: tuple[int, int] | None, arrival: float) -> None:
        if self._clock() < self._not_before:
            return
        early, self._early = self._early, deque(maxlen=EARLY)
        begins = min(arrival, early[0].arrival) if early else arrival
        self._segment = Segment(self._open, self._limits, size=size, begins=begins, reports=self._reports())
        for packet in early:
            self._put(lambda segment, packet=packet: segment.sound(packet))  # type: ignore[misc]

    def cut(self) -> Future[None] | None:
        """End the present segment; the next begins when there is something to begin it with."""
        segment, self._segment = self._segment, None
        if segment is None:
            return None
        closed = segment.close()
        self._closing = {future for future in self._closing if not future.done()} | {closed}
        return closed

    def _fail(self) -> None:
        self.failures += 1
        self._not_before = self._clock() + self._limits.retry
        self.cut()

    def look(self, now: float) -> None:
        """Call often."""
        if self._segment is not None:
            self._segment.look(now)
            if self._segment.outlet.error is not None:
                self._fail()
        elif self._early and self._ours(now) and now - self._early[0].arrival >= self._limits.sound_alone:
            self._start(None, self._early[0].arrival)

    def pause(self) -> None:
        """The segment is closed when this returns, or `limits.pause` is over: waits for the sink."""
        self.paused = True
        self._early.clear()
        self.cut()
        late = wait(self._closing, timeout=self._limits.pause).not_done
        if late:
            logger.error("%d segments are still being closed after %.0f s", len(late), self._limits.pause)

    def resume(self) -> None:
        """What has arrived until now stays out, also what has arrived and still waits for its turn."""
        if self.paused:
            self.paused = False
            self._since = self._clock()
            self._want_key()

    async def close(self) -> None:
        """Nothing is taken any more; returns when the sinks are closed, or `limits.close` is over."""
        self._closed = True
        self.cut()
        if self._closing:
            waiting = [asyncio.wrap_future(future) for future in self._closing]
            _done, late = await asyncio.wait(waiting, timeout=self._limits.close)
            if late:
                logger.error("%d segments are still being closed after %.0f s", len(late), self._limits.close)
