"""What comes in of one party: sound and pictures in order, what is known of them, and onto the tape."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from aiortc.rtp import RtcpSrPacket

from .limits import CaptureLimits
from .outlet import SegmentSink
from .pictures import Picture, PictureWindow
from .reorder import Window
from .sound import SoundWindow
from .stats import CaptureStats
from .tape import Tape
from .watch import BlackWatch, KeyFrames

logger = logging.getLogger("rtc_recordings")


class Intake:
    """`nack(kind, ssrc, numbers)` asks the sender for packets again; `changed` is called when the host has to look."""

    def __init__(
        self,
        open_segment: Callable[[], SegmentSink],
        limits: CaptureLimits,
        *,
        clock: Callable[[], float],
        nack: Callable[[str, int, list[int]], None],
        changed: Callable[[], None],
    ) -> None:
        self.numbers = CaptureStats()
        self._clock, self._changed = clock, changed
        self._keys, self._black = KeyFrames(limits), BlackWatch(limits)
        self.sounds = SoundWindow(
            clock=clock,
            limits=limits,
            ask_again=lambda ssrc, numbers: nack("audio", ssrc, numbers),
            on_packet=lambda ticks, arrival: self._packet("audio", ticks, arrival),
            on_sound=lambda packet: self.tape.sound(packet),
            on_restart=self._restarted,
        )
        self.pictures = PictureWindow(
            clock=clock,
            limits=limits,
            ask_again=lambda ssrc, numbers: nack("video", ssrc, numbers),
            on_packet=lambda ticks, arrival: self._packet("video", ticks, arrival),
            on_picture=self._picture,
            on_gap=self._keys.want,
            on_restart=self._restarted,
        )
        self.tape = Tape(
            open_segment,
            limits,
            clock=clock,
            want_key=self._keys.want,
            reports=lambda: {"video": self.pictures.reports.latest, "audio": self.sounds.reports.latest},
        )

    def window(self, kind: str) -> Window:
        return self.sounds if kind == "audio" else self.pictures

    # --- what comes

    def report(self, kind: str, packet: RtcpSrPacket) -> None:
        """A sender report (RFC 3550 6.4.1)."""
        window, info = self.window(kind), packet.sender_info
        if window.ssrc in (None, packet.ssrc):
            report = window.reports.add(info.ntp_timestamp, info.rtp_timestamp, self._clock())
            if report is not None:
                self.tape.report(kind, report)

    def _packet(self, kind: str, ticks: int, arrival: float) -> None:
        numbers = self.numbers
        numbers.packets += 1
        numbers.last_packet = arrival
        if kind == "video":
            self._keys.packet(arrival)
        else:
            numbers.last_sound = arrival
        self.tape.arrived(kind, ticks, arrival)
        if numbers.first_media is None:
            numbers.first_media = arrival
            self._changed()

    def _picture(self, picture: Picture) -> None:
        now, numbers = self._clock(), self.numbers
        numbers.frames += 1
        numbers.key_frames += picture.key
        numbers.last_picture = now
        self._keys.picture(picture, now)
        self._black.picture(picture, now)
        self.tape.picture(picture)

    def _restarted(self) -> None:
        self.tape.cut()
        self._keys.want()

    def trouble(self, problem: Exception) -> None:
        """Something of ours is broken; the capture goes on as well as it can, and tells."""
        logger.error("media could not be taken: %s", type(problem).__name__, exc_info=problem)
        self.numbers.failures += 1
        self._changed()

    # --- time

    def look(self, now: float) -> int | None:
        """Call often. Answers the SSRC of the pictures when a key frame is to be asked for."""
        self.sounds.look(now)
        self.pictures.look(now)
        self._black.look()
        if self._black.black != self.numbers.black:
            self.numbers.black = self._black.black
            self._changed()
        failures = self.tape.failures
        self.tape.look(now)
        if self.tape.failures != failures:
            self._changed()
        return self.pictures.ssrc if self._keys.due(now, black=self._black.black) else None

    def flush(self) -> None:
        """Everything that waits for its turn comes out."""
        self.sounds.flush()
        self.pictures.flush()

    def stats(self) -> CaptureStats:
        """As of now."""
        return replace(
            self.numbers,
            dropped=self.pictures.dropped,
            lost_sound=self.sounds.lost,
            luma=self._black.luma,
            plis=self._keys.asked,
            failures=self.numbers.failures + self.tape.failures,
        )
