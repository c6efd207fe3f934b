"""Measuring in pairs: ours and the peer alternate, and what the machine disturbed is measured again."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .stats import Leg, Outcome, Pair, steady, summarise

PAIRS = 5
TRIES = 3  # how often strayed pairs are measured again before the figure is called noisy

Measure = Callable[[], Leg]
View = Callable[[Leg], float]  # how a figure reads a leg, e.g. the p99 of its samples


def value_of(leg: Leg) -> float:
    return leg.value


def alternate(
    ours: Measure,
    peer: Measure,
    views: Mapping[str, View],
    *,
    pairs: int = PAIRS,
    keep: Callable[[Pair, int], None] = lambda pair, number: None,
) -> dict[str, Outcome]:
    """Measure until every view has `pairs` pairs with a steady peer; answer the outcome of each view.

    `keep(pair, number)` is told each pair, also those thrown away. Who goes first changes with every pair, so that a
    drift of the machine favours nobody. When three more rounds were not enough, every pair counts and the outcome is
    noisy: picking the best ones would flatter.
    """
    measured: list[Pair] = []
    for _round in range(1 + TRIES):
        missing = pairs - min(len(steady(_seen(measured, view))) for view in views.values())
        if missing <= 0:
            break
        for _again in range(missing):
            measured.append(_measure(ours, peer, peer_first=len(measured) % 2 == 1))
            keep(measured[-1], len(measured))
    return {name: _outcome(_seen(measured, view), pairs) for name, view in views.items()}


def _seen(measured: list[Pair], view: View) -> list[Pair]:
    """The pairs as one figure reads them."""
    return [Pair(Leg(view(pair.ours), pair.ours.samples), Leg(view(pair.peer), pair.peer.samples)) for pair in measured]


def _outcome(measured: list[Pair], pairs: int) -> Outcome:
    good = steady(measured)
    return summarise(measured, noisy=True) if len(good) < pairs else summarise(good, noisy=False)


def _measure(ours: Measure, peer: Measure, *, peer_first: bool) -> Pair:
    if peer_first:
        second = peer()
        return Pair(ours=ours(), peer=second)
    return Pair(ours=ours(), peer=peer())
