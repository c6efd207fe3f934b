"""A window in which packets wait for their turn. What never comes is asked for again, then given up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from .clocks import Reports, Unwrapper

AskAgain = Callable[[int, list[int]], None]  # ssrc, sequence numbers of 16 bits
NACK_MOST = 128  # sequence numbers in one request
RESTART = 3000  # packets that are missing at once: the sender counts anew (RFC 3550 A.1, MAX_DROPOUT)


class Rtp(Protocol):
    """What is read of aiortc's RtpPacket."""

    sequence_number: int
    timestamp: int
    ssrc: int
    marker: int
    payload: bytes
    _data: bytes  # without the codec's payload descriptor


class Window:
    """In order out of `add`, as fast as possible. It takes the place of aiortc's jitter buffer, which holds sound back
    to smooth its playing, gives up late packets of sound, and holds pictures behind a hole for up to 512 packets.

    `take` gets each packet with its arrival in the order of sequence numbers; `skipped` is called where some are
    missing. `on_packet` is told each new packet at once, in whatever order; `on_restart` that numbers and time stamps
    begin anew.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        ask_again: AskAgain,
        on_packet: Callable[[int, float], None],
        on_restart: Callable[[], None],
        hole: float,
        nack: float,
        most: int,
    ) -> None:
        self.ssrc: int | None = None
        self.packets = 0
        self.lost = 0
        self._clock = clock
        self._ask_again, self._on_packet, self._on_restart = ask_again, on_packet, on_restart
        self._hole, self._nack, self._most = hole, nack, most
        self._forget()

    def _forget(self) -> None:
        self._sequence = Unwrapper(16)
        self._timestamps = Unwrapper(32)
        self.reports = Reports(self._timestamps)
        self._waiting: dict[int, tuple[Rtp, float]] = {}
        self._next = 0
        self._hole_since: float | None = None
        self._asked = 0.0

    def add(self, packet: Rtp) -> None:
        now = self._clock()
        if packet.ssrc != self.ssrc:
            self._begin(packet.ssrc)
        number = self._sequence.place(packet.sequence_number)
        if abs(number - self._next) > RESTART and self._sequence.begun:
            self._begin(packet.ssrc)
            number = packet.sequence_number
        if not self._sequence.begun:
            self._next = number
        self._sequence.unwrap(packet.sequence_number)
        if number < self._next or number in self._waiting:
            return
        self.packets += 1
        self._on_packet(self._timestamps.unwrap(packet.timestamp), now)
        self.reports.begun()
        self._waiting[number] = (packet, now)
        self._release(now)
        self.look(now)

    def _begin(self, ssrc: int) -> None:
        if self.ssrc is not None:
            self.flush()
            self._forget()
            self._on_restart()
        self.ssrc = ssrc

    def _release(self, now: float) -> None:
        waiting, number = self._waiting, self._next
        while (found := waiting.pop(number, None)) is not None:
            number += 1
            self._next = number
            self.take(*found)
            self._hole_since = None
        if not waiting:
            self._hole_since = None
        elif self._hole_since is None:  # missing since the first one beyond it has come
            self._hole_since = min(arrival for _packet, arrival in waiting.values())
            self._asked = max(self._asked, self._hole_since)

    def look(self, now: float) -> None:
        """Call often: holes are asked about again, and given up when they are too old or hold too much."""
        while self._hole_since is not None:
            if now - self._hole_since < self._hole and len(self._waiting) < self._most:
                break
            self._give_up(now)
        if self._hole_since is not None and now - self._asked >= self._nack:
            self._asked = now
            self._ask_again(self.ssrc or 0, self._missing())

    def _missing(self) -> list[int]:
        numbers = (number for number in range(self._next, max(self._waiting)) if number not in self._waiting)
        return [number & 0xFFFF for number, _ in zip(numbers, range(NACK_MOST), strict=False)]

    def _give_up(self, now: float) -> None:
        first = min(self._waiting)
        self.lost += first - self._next
        self._next = first
        self._hole_since = None
        self.skipped()
        self._release(now)

    def flush(self) -> None:
        """Everything that waits comes out now."""
        while self._waiting:
            self._give_up(self._clock())

    def ticks(self, timestamp: int) -> int:
        """An RTP time stamp counted on."""
        return self._timestamps.place(timestamp)

    def take(self, packet: Rtp, arrival: float) -> None:
        raise NotImplementedError

    def skipped(self) -> None:
        """Packets are missing between the last and the next `take`."""
