"""What is missing in a file, and why. Times are seconds from the file's beginning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from .plan import Source

Cause = Literal["paused", "recorder", "damaged", "no_media"]
Gap = tuple[float, float, Cause]

# Within a segment a party may be silent and still for a moment; between two of them something has happened.
HOLE_SECONDS = 2.0
CUT_SECONDS = 0.25


@dataclass
class Span:
    """Media without a hole, all of one segment."""

    begins: float
    ends: float
    source: Source


def grow(spans: list[Span], at: float, source: Source) -> None:
    """Note a frame. Sound and picture of a segment come nearly in order."""
    last = spans[-1] if spans else None
    if last is None or last.source is not source or at - last.ends > HOLE_SECONDS:
        spans.append(Span(at, at, source))
    else:
        last.ends = max(last.ends, at)


def gaps(
    spans: Sequence[Span], whole: float, damaged: Sequence[Source] = (), pauses: Sequence[tuple[float, float]] = ()
) -> list[Gap]:
    """Every stretch of 0…`whole` without media. `pauses` are on the same time line."""
    if not spans:
        return [(0.0, whole, "damaged" if damaged else "no_media")]
    found: list[Gap] = []
    if spans[0].begins > CUT_SECONDS:
        found.append((0.0, spans[0].begins, _cause(None, spans[0], (0.0, spans[0].begins), damaged, pauses)))
    for before, after in pairwise(spans):
        between = (before.ends, after.begins)
        if between[1] - between[0] > CUT_SECONDS:
            found.append((*between, _cause(before, after, between, damaged, pauses)))
    if whole - spans[-1].ends > HOLE_SECONDS / 2:
        rest = (spans[-1].ends, whole)
        found.append((*rest, _cause(spans[-1], None, rest, damaged, pauses)))
    return [(round(start, 3), round(end, 3), cause) for start, end, cause in found]


def _cause(
    before: Span | None,
    after: Span | None,
    between: tuple[float, float],
    damaged: Sequence[Source],
    pauses: Sequence[tuple[float, float]],
) -> Cause:
    low = before.source.number if before else -1
    high = after.source.number if after else float("inf")
    if any(low < source.number < high for source in damaged):
        return "damaged"
    paused = sum(max(0.0, min(end, between[1]) - max(start, between[0])) for start, end in pauses)
    if paused > (between[1] - between[0]) / 2:
        return "paused"
    if before and (not after or after.source is not before.source):
        killed = before.source.closed is None or (after is not None and after.source.epoch != before.source.epoch)
        if killed:
            return "recorder"
    return "no_media"
