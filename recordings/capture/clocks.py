"""Clocks of a segment: what the finaliser needs to put sound to picture, and parties to each other.

Ticks are RTP time stamps (RFC 3550 5.1) counted on beyond 32 bits; moments are seconds since the epoch on our clock;
`ntp` is the sender's wall clock (RFC 3550 6.4.1), also in seconds since the epoch.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Iterable
from itertools import accumulate, pairwise
from typing import Any

NTP_EPOCH = 2_208_988_800  # seconds from 1900 to 1970
Report = tuple[float, int, float]  # ntp, ticks, arrival


class Unwrapper:
    """Counts a field of `bits` bits on: each value is taken for the one nearest to the greatest seen."""

    def __init__(self, bits: int) -> None:
        self._full = 1 << bits
        self._greatest: int | None = None

    @property
    def begun(self) -> bool:
        return self._greatest is not None

    def unwrap(self, value: int) -> int:
        """Counts on."""
        found = self.place(value)
        if self._greatest is None or found > self._greatest:
            self._greatest = found
        return found

    def place(self, value: int) -> int:
        """The same, without counting on."""
        if self._greatest is None:
            return value
        half = self._full >> 1
        return self._greatest + (value - self._greatest + half) % self._full - half


def ntp_seconds(timestamp: int) -> float:
    """64 bits as in a sender report → seconds since the epoch."""
    return (timestamp >> 32) - NTP_EPOCH + (timestamp & 0xFFFFFFFF) / 2**32


def encode_ticks(ticks: Iterable[int]) -> list[int]:
    """The first as it is, then differences."""
    listed = list(ticks)
    return listed[:1] + [after - before for before, after in pairwise(listed)]


def decode_ticks(coded: Iterable[int]) -> list[int]:
    """What `encode_ticks` was given."""
    return list(accumulate(coded))


class Reports:
    """Sender reports of one kind as they come. Those before the first packet wait until ticks can be counted."""

    def __init__(self, unwrapper: Unwrapper) -> None:
        self._unwrapper = unwrapper
        self._early: deque[tuple[float, int, float]] = deque(maxlen=4)
        self.latest: deque[Report] = deque(maxlen=4)  # a short segment may have none of its own

    def add(self, ntp: int, timestamp: int, arrival: float) -> Report | None:
        """None when it says nothing: a sender without a wall clock writes 0 (RFC 3550 6.4.1)."""
        if not ntp:
            return None
        if not self._unwrapper.begun:
            self._early.append((ntp_seconds(ntp), timestamp, arrival))
            return None
        return self._keep((ntp_seconds(ntp), self._unwrapper.place(timestamp), arrival))

    def begun(self) -> list[Report]:
        """Call after the first packet: the reports that had waited for it."""
        early = [self._keep((ntp, self._unwrapper.place(ticks), arrival)) for ntp, ticks, arrival in self._early]
        self._early.clear()
        return early

    def _keep(self, report: Report) -> Report:
        self.latest.append(report)
        return report


class TrackClock:
    """One kind's clock in one segment."""

    def __init__(self, rate: int, limit: int, reports: Iterable[Report] = ()) -> None:
        self.rate = rate
        self.first: int | None = None  # ticks of pts 0
        self._limit = limit
        self._arrival: float | None = None
        self._reports: list[Report] = list(reports)
        self._ticks = array("q")

    def arrived(self, ticks: int, arrival: float) -> None:
        """Each packet: the least delayed one tells best when ticks were made."""
        offset = arrival - ticks / self.rate
        if self._arrival is None or offset < self._arrival:
            self._arrival = offset

    def report(self, report: Report) -> None:
        self._reports.append(report)
        if len(self._reports) > self._limit:
            del self._reports[1::2]

    def written(self, ticks: int, pts: int) -> None:
        """Each frame that went into the file, `pts` in milliseconds."""
        if self.first is None:
            self.first = ticks - pts * self.rate // 1000
        self._ticks.append(ticks)

    def told(self, *, ticks: bool) -> dict[str, Any]:
        """As in docs/recordings.md; `ticks` only at the end, there may be a hundred thousand."""
        known: dict[str, Any] = {
            "rate": self.rate,
            "first": self.first,
            "arrival": self._arrival,
            "reports": [list(report) for report in self._reports],
        }
        if ticks:
            known["ticks"] = encode_ticks(self._ticks)
        return known
