"""Sound as it came: one RTP payload is one Opus packet (RFC 7587 4.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .limits import CaptureLimits
from .reorder import AskAgain, Rtp, Window

RATE = 48_000


@dataclass(frozen=True, slots=True)
class Sound:
    """One Opus packet; `arrival` in seconds since the epoch."""

    data: bytes
    ticks: int
    arrival: float


class SoundWindow(Window):
    """In order; what is lost leaves a hole in the time stamps and nothing else."""

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        ask_again: AskAgain,
        limits: CaptureLimits,
        on_packet: Callable[[int, float], None],
        on_sound: Callable[[Sound], None],
        on_restart: Callable[[], None],
    ) -> None:
        # A stray order is common and soon mended: ask when the next packet but one has come and this has not.
        super().__init__(
            clock=clock,
            ask_again=ask_again,
            on_packet=on_packet,
            on_restart=on_restart,
            hole=limits.sound_hole,
            nack=limits.nack / 4,
            most=limits.sound_packets,
        )
        self._on_sound = on_sound

    def take(self, packet: Rtp, arrival: float) -> None:
        if packet._data:
            self._on_sound(Sound(packet._data, self.ticks(packet.timestamp), arrival))
