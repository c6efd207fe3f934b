"""Whole encoded pictures out of RTP packets (RFC 7741), bit by bit as the sender made them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from . import vp8
from .limits import CaptureLimits
from .reorder import AskAgain, Rtp, Window

RATE = 90_000


@dataclass(frozen=True, slots=True)
class Picture:
    """One VP8 frame; `arrival` (of its first packet) in seconds since the epoch."""

    data: bytes
    ticks: int
    arrival: float
    key: bool


class PictureWindow(Window):
    """After a loss every picture is dropped until the next key frame: it would be decoded into rubbish."""

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        ask_again: AskAgain,
        limits: CaptureLimits,
        on_packet: Callable[[int, float], None],
        on_picture: Callable[[Picture], None],
        on_gap: Callable[[], None],
        on_restart: Callable[[], None],
    ) -> None:
        super().__init__(
            clock=clock,
            ask_again=ask_again,
            on_packet=on_packet,
            on_restart=on_restart,
            hole=limits.picture_hole,
            nack=limits.nack,
            most=limits.picture_packets,
        )
        self.dropped = 0
        self._largest = limits.picture_bytes
        self._on_picture, self._on_gap = on_picture, on_gap

    def _forget(self) -> None:
        super()._forget()
        self._parts: list[bytes] = []
        self._bytes = 0
        self._timestamp = 0
        self._arrival = 0.0
        self.wants_key = True

    def take(self, packet: Rtp, arrival: float) -> None:
        if not packet._data:  # padding, sent to probe the path
            return
        if self._parts and packet.timestamp != self._timestamp:  # a sender that sets no marker
            self._whole()
        if not self._parts:
            if not vp8.starts_frame(packet.payload):  # its beginning was lost, or sent before we were there
                self._want_key()
                return
            self._timestamp, self._arrival, self._bytes = packet.timestamp, arrival, 0
        self._parts.append(packet._data)
        self._bytes += len(packet._data)
        if self._bytes > self._largest:
            self._lose()
        elif packet.marker:
            self._whole()

    def skipped(self) -> None:
        self._lose()

    def _lose(self) -> None:
        if self._parts:
            self._parts = []
            self.dropped += 1
        self._want_key()

    def _want_key(self) -> None:
        if not self.wants_key:
            self.wants_key = True
            self._on_gap()

    def _whole(self) -> None:
        data, self._parts = b"".join(self._parts), []
        key = vp8.is_key_frame(data)
        if key:
            self.wants_key = False
        elif self.wants_key:
            self.dropped += 1
            return
        self._on_picture(Picture(data, self.ticks(self._timestamp), self._arrival, key))
