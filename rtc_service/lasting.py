"""What of a leg's measured windows lasted: held by two windows in a row. Pure: no models.

A single bad window says little: the first one of a link begins before the first picture, one burst of losses is heard
as a click. Two in a row are ten seconds with the usual QUALITY_SECONDS, which nobody fails to notice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

# key of `protocol.Stats` -> is a higher value worse?
WORSE_IS_HIGHER = {"loss": True, "rtt_ms": True, "latency_ms": True, "frozen": True, "fps": False}


class Summary(Protocol):
    """Sums and extremes of one leg's windows: `models.QualitySummary`, also as migrations know it."""

    until: datetime
    newest: dict[str, Any]
    seconds: float
    received: float
    sent: float


def add(
    row: Summary, start: datetime, seconds: float, values: Mapping[str, Any], counts: Callable[[str], bool]
) -> None:
    """Add a window to its leg's sums. `counts(key)` is asked before a new worst value is taken over."""
    if _follows((start - row.until).total_seconds(), seconds):
        for key, value in held(row.newest, values).items():
            if _worse(key, getattr(row, key), value) and counts(key):
                setattr(row, key, value)
    row.until = max(row.until, start + timedelta(seconds=seconds))
    row.newest = {key: values[key] for key in WORSE_IS_HIGHER if values.get(key) is not None}
    row.seconds += seconds
    row.received += seconds if values.get("bitrate") else 0.0
    row.sent += seconds if values.get("bitrate_out") else 0.0


def held(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, float]:
    """What two neighbouring windows both were at least as bad as, of the values that both have measured."""
    found = {}
    for key, higher in WORSE_IS_HIGHER.items():
        pair = [values[key] for values in (before, now) if values.get(key) is not None]
        if len(pair) == 2:
            found[key] = min(pair) if higher else max(pair)
    return found


def _follows(gap: float, seconds: float) -> bool:
    """Is a window the one after another, `gap` seconds after its end? Clocks and timers are off by a little."""
    return -0.9 * seconds < gap < 0.9 * seconds


def _worse(key: str, known: float | None, value: float) -> bool:
    return known is None or (value > known if WORSE_IS_HIGHER[key] else value < known)
