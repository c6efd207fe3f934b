"""When a key frame has to be asked for, and whether pictures are black."""

from __future__ import annotations

from concurrent.futures import Future

import av
from av.codec.context import CodecContext
from av.packet import Packet
from av.video.frame import VideoFrame

from . import vp8
from .limits import CaptureLimits
from .outlet import pool
from .pictures import Picture

MOST_PIXELS = 4096 * 4096  # a few kilobytes may claim 16,383 each way, which is half a gigabyte to decode
ROWS = 16  # each 16th row of a picture tells its luma well enough


def mean_luma(key_frame: bytes) -> float | None:
    """Of a VP8 key frame: mean Y, 16 is black (ITU-R BT.601). None when it cannot be decoded, or is not worth it."""
    width, height = vp8.frame_size(key_frame)
    if width * height > MOST_PIXELS:
        return None
    decoder = CodecContext.create("vp8", "r")
    try:
        frames = [*decoder.decode(Packet(key_frame)), *decoder.decode(None)]
    except av.FFmpegError:
        return None
    for frame in frames:
        if isinstance(frame, VideoFrame):
            plane = frame.planes[0]
            pixels, line = memoryview(plane).cast("B"), plane.line_size
            rows = [pixels[row * line : row * line + frame.width] for row in range(0, frame.height, ROWS)]
            return sum(sum(row) for row in rows) / (len(rows) * frame.width)
    return None


class BlackWatch:
    """Decodes a key frame now and then, on a thread, one at a time."""

    def __init__(self, limits: CaptureLimits) -> None:
        self.luma: float | None = None
        self._black = limits.black
        self._least = limits.key_frames_thin / 2
        self._looked = 0.0
        self._work: Future[float | None] | None = None

    @property
    def black(self) -> bool:
        return self.luma is not None and self.luma <= self._black

    def picture(self, picture: Picture, now: float) -> None:
        if picture.key and self._work is None and now - self._looked >= self._least:
            self._looked = now
            self._work = pool().submit(mean_luma, picture.data)

    def look(self) -> None:
        """Call often: takes over what the thread has found."""
        if self._work is not None and self._work.done():
            found, self._work = self._work.result(), None
            if found is not None:
                self.luma = found


class KeyFrames:
    """`due(now)` says when to ask. At the start, after a gap, when pictures stop coming out, and now and then."""

    def __init__(self, limits: CaptureLimits) -> None:
        self.asked = 0
        self._limits = limits
        self._wanted = True
        self._asked_at = self._key_at = self._picture_at = self._packet_at = 0.0
        self._thin = False
        self._bytes = self._pictures = 0
        self._counted_from = 0.0

    def want(self) -> None:
        self._wanted = True

    def packet(self, now: float) -> None:
        self._packet_at = now

    def picture(self, picture: Picture, now: float) -> None:
        self._picture_at = now
        if picture.key:
            self._key_at, self._wanted = now, False
            return
        self._bytes += len(picture.data)
        self._pictures += 1
        if now - self._counted_from >= 0.5 and self._pictures >= 3:
            self._thin = self._bytes < self._limits.thin * self._pictures
            self._bytes = self._pictures = 0
            self._counted_from = now

    def due(self, now: float, *, black: bool) -> bool:
        """Counts itself as asked when it says yes."""
        limits = self._limits
        if not self._packet_at or now - self._asked_at < limits.pli:
            return False
        flowing = now - self._packet_at < limits.no_picture
        stuck = flowing and now - self._picture_at > limits.no_picture
        period = limits.key_frames_thin if flowing and (self._thin or black) else limits.key_frames
        # A camera that is off sends nothing: then asking now and then is enough.
        old = now - max(self._key_at, self._asked_at if not flowing else 0.0) >= period
        if not (stuck or old or (self._wanted and flowing)):
            return False
        self._asked_at = now
        self.asked += 1
        return True
