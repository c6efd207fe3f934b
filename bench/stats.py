"""The arithmetic of the benches: nearest-rank percentiles, pairs, and when a pair does not count.

A *leg* is one measurement of ours or of the peer and gives samples; a *pair* is one leg of each, right after
each other. Nothing here measures.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

STRAY = 0.20  # a peer further than this from its own median says that the machine was busy


class TooFewSamples(ValueError):
    """The percentile cannot be told from so few samples."""


def percentile(samples: Iterable[float], q: float) -> float:
    """Nearest-rank percentile, `q` from 0 to 1. p95 needs 40 samples, p99 200, any other 2 / (1 - q) likewise.

    Raises TooFewSamples.
    """
    ordered = sorted(samples)
    needed = math.ceil(round(2 / (1 - q), 6)) if q > 0.5 else 1
    if len(ordered) < needed:
        raise TooFewSamples(f"p{q * 100:g} needs {needed} samples, there are {len(ordered)}")
    # round() first: 0.07 * 100 is 7.000000000000001, and its ceiling would be one rank too high.
    return ordered[max(0, math.ceil(round(q * len(ordered), 6)) - 1)]


def median(samples: Iterable[float]) -> float:
    """Nearest-rank p50, so that it is a value that was measured."""
    return percentile(samples, 0.5)


@dataclass(frozen=True)
class Leg:
    """One measurement: the value that counts, and the samples it was made of."""

    value: float
    samples: list[float] = field(default_factory=list)
    notes: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Pair:
    """Ours and the peer's, measured next to each other."""

    ours: Leg
    peer: Leg

    @property
    def ratio(self) -> float:
        return self.ours.value / self.peer.value if self.peer.value else math.inf


def steady(pairs: Sequence[Pair]) -> list[Pair]:
    """The pairs whose peer lies within 20 % of the median of all peers."""
    if not pairs:
        return []
    middle = median(pair.peer.value for pair in pairs)
    return [pair for pair in pairs if abs(pair.peer.value - middle) <= STRAY * abs(middle)]


@dataclass(frozen=True)
class Outcome:
    """The summary of all pairs that count. `n` is the number of samples of ours behind the value."""

    value: float
    peer_value: float
    ratio: float
    n: int
    pairs: int
    noisy: bool


def summarise(pairs: Sequence[Pair], *, noisy: bool) -> Outcome:
    """Medians over the pairs; the ratio is the median of the pairs' ratios."""
    return Outcome(
        value=median(pair.ours.value for pair in pairs),
        peer_value=median(pair.peer.value for pair in pairs),
        ratio=median(pair.ratio for pair in pairs),
        n=sum(max(1, len(pair.ours.samples)) for pair in pairs),
        pairs=len(pairs),
        noisy=noisy,
    )
