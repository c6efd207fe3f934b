"""How much one party may send: what is asked for by REMB is a wish, and its sender may be anybody's program."""

from __future__ import annotations

import math
from collections.abc import Callable

from .limits import CaptureLimits


class ByteBucket:
    """A token bucket of bytes, full at first: `rate` bytes per second run in, at most `burst` bytes are in it."""

    def __init__(self, rate: float, burst: float, clock: Callable[[], float]) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._level, self._since = burst, clock()

    def take(self, size: int) -> bool:
        """Is there room for so many bytes?"""
        if math.isinf(self._rate):
            return True
        now = self._clock()
        self._level = min(self._burst, self._level + max(0.0, now - self._since) * self._rate)
        self._since = now
        if size > self._level:
            return False
        self._level -= size
        return True


def for_party(bitrate: int, limits: CaptureLimits, clock: Callable[[], float]) -> ByteBucket:
    """For a party that was asked for pictures of `bitrate` bits per second."""
    rate = (limits.rate_times * bitrate + limits.rate_more) / 8
    return ByteBucket(rate, rate * limits.rate_burst, clock)
