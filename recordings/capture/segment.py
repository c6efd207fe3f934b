"""One stretch of one party without a break: a WebM file, its clocks and its counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future

from . import pictures, sound, vp8
from .clocks import Report, TrackClock
from .limits import CaptureLimits
from .outlet import Outlet, SegmentSink
from .pictures import Picture
from .sound import Sound
from .writer import WebmWriter


class Jumped(Exception):
    """Time stamps have left the clock: what follows belongs into another segment."""


class Segment:
    """`begins`: arrival of its first frame, which is WebM time stamp 0. `size` None: sound only.

    Time stamps are those of RTP; the two kinds are put beside each other by the arrival of each one's first frame.
    """

    def __init__(
        self,
        open_segment: Callable[[], SegmentSink],
        limits: CaptureLimits,
        *,
        size: tuple[int, int] | None,
        begins: float,
        reports: dict[str, Iterable[Report]],
    ) -> None:
        self.has_picture = size is not None
        self.counts = {"video": 0, "audio": 0, "key_frames": 0, "width": 0, "height": 0}
        self.clocks = {
            "video": TrackClock(pictures.RATE, limits.reports, reports["video"]),
            "audio": TrackClock(sound.RATE, limits.reports, reports["audio"]),
        }
        self.outlet = Outlet(open_segment, most=limits.pending)
        self._begins, self._jump = begins, limits.jump
        self._last: dict[str, tuple[int, float]] = {}
        self._drained = self._checked = begins
        self._flush, self._checkpoint = limits.flush / 2, limits.checkpoint
        self._writer = WebmWriter(self.outlet.write, size=size, cluster=limits.flush / 2)

    def picture(self, picture: Picture) -> None:
        """Raises `Jumped`."""
        pts = self._pts("video", picture.ticks, picture.arrival)
        self.clocks["video"].written(picture.ticks, self._writer.picture(picture.data, pts, key=picture.key))
        self.counts["video"] += 1
        if picture.key:
            self.counts["key_frames"] += 1
            width, height = vp8.frame_size(picture.data)
            self.counts["width"] = max(self.counts["width"], width)
            self.counts["height"] = max(self.counts["height"], height)

    def sound(self, packet: Sound) -> None:
        """Raises `Jumped`."""
        pts = self._pts("audio", packet.ticks, packet.arrival)
        self.clocks["audio"].written(packet.ticks, self._writer.sound(packet.data, pts))
        self.counts["audio"] += 1

    def _pts(self, kind: str, ticks: int, arrival: float) -> int:
        clock = self.clocks[kind]
        if kind in self._last:
            before, then = self._last[kind]
            if abs((ticks - before) / clock.rate - (arrival - then)) > self._jump:
                raise Jumped
        self._last[kind] = (ticks, arrival)
        clock.arrived(ticks, arrival)
        if clock.first is None:
            return max(0, round((arrival - self._begins) * 1000))
        return max(0, round((ticks - clock.first) * 1000 / clock.rate))

    def look(self, now: float) -> None:
        """Call often: what is old enough goes to the sink."""
        if now - self._drained >= self._flush:
            self._drained = now
            self._writer.flush()
            self.outlet.drain()
        if now - self._checked >= self._checkpoint:
            self._checked = now
            self.outlet.checkpoint(self._told(ticks=False), dict(self.counts))

    def close(self) -> Future[None]:
        """Nothing more may be given; the future is done when the sink is closed."""
        self._writer.flush()
        return self.outlet.finish(self._told(ticks=True), dict(self.counts))

    def _told(self, *, ticks: bool) -> dict[str, object]:
        return {kind: clock.told(ticks=ticks) for kind, clock in self.clocks.items() if clock.first is not None}
