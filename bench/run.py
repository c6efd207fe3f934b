"""One run of the benches: which figures were asked for, what the machine was doing, and writing it down."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import psutil

from .pairs import PAIRS, Measure, View, alternate, value_of
from .results import RESULTS, RawFile, Record, save, today
from .stats import Leg, Outcome, Pair, median


@dataclass(frozen=True)
class Figure:
    """A figure's name in the table, its unit, and what it stands beside."""

    name: str
    unit: str
    peer: str
    view: View = value_of


class Machine:
    """How many cores were busy with work that is not ours: a busy machine explains a strange figure."""

    def __init__(self) -> None:
        self.foreign: list[float] = []

    def watch(self, measure: Measure) -> Measure:
        def watched() -> Leg:
            before, own_before = psutil.cpu_times(), _own()
            leg = measure()
            after, own_after = psutil.cpu_times(), _own()
            seconds = (sum(after) - sum(before)) / (psutil.cpu_count() or 1)
            busy = _busy(after) - _busy(before) - max(0.0, own_after - own_before)
            self.foreign.append(round(max(0.0, busy / seconds), 2) if seconds else 0.0)
            return replace(leg, notes={**leg.notes, "foreign_cpu": self.foreign[-1]})

        return watched

    def conditions(self) -> dict[str, Any]:
        return {
            "cores": psutil.cpu_count(),
            "python": platform.python_version(),
            "load": round(os.getloadavg()[0], 2),
            "foreign_cpu": median(self.foreign) if self.foreign else None,
        }


def _busy(times: Any) -> float:
    return float(sum(times) - times.idle - times.iowait - getattr(times, "guest", 0) - getattr(times, "guest_nice", 0))


def _own() -> float:
    """CPU seconds of this process and everything it has started."""
    total = 0.0
    for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
        try:
            used = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += used.user + used.system
    return total


@dataclass
class Run:
    """Handed to every bench. `only` is the prefix of the names that were asked for.

    A rehearsal measures one pair of each and writes nothing: does it run at all?
    """

    only: str = ""
    rehearsal: bool = False
    records: list[Record] = field(default_factory=list)

    @property
    def pairs(self) -> int:
        return 1 if self.rehearsal else PAIRS

    def wants(self, *names: str) -> bool:
        return any(name.startswith(self.only) for name in names)

    def beside(
        self, figures: list[Figure], ours: Measure, peer: Measure, conditions: Mapping[str, Any] | None = None
    ) -> None:
        """Measure ours and the peer in turns and write one record for each figure that reads the legs."""
        machine = Machine()
        raw = [] if self.rehearsal else [RawFile(figure.name) for figure in figures]

        def keep(pair: Pair, number: int) -> None:
            for file in raw:
                file.pair(pair, number)
            print(f"  pair {number}: ours {pair.ours.value:.4g}, peer {pair.peer.value:.4g}", flush=True)

        views = {figure.name: figure.view for figure in figures}
        outcomes = alternate(machine.watch(ours), machine.watch(peer), views, pairs=self.pairs, keep=keep)
        for figure in figures:
            self._write(figure, outcomes[figure.name], {**machine.conditions(), **(conditions or {})})

    def alone(
        self,
        figure: Figure,
        ours: Measure,
        reduce: Callable[[list[float]], float],
        conditions: Mapping[str, Any] | None = None,
        peer: Measure | None = None,
    ) -> None:
        """A figure that is a plain value, no ratio: the legs' values reduced to one (their median, their worst).

        A peer, where there is one, takes turns with ours and is reduced alike; that it varies throws nothing away.
        """
        machine, legs, peers = Machine(), [], []
        raw = None if self.rehearsal else RawFile(figure.name)
        for number in range(1, self.pairs + 1):
            legs.append(machine.watch(ours)())
            if peer is not None:
                peers.append(machine.watch(peer)())
            if raw is not None:
                raw.leg(legs[-1], number)
                for leg in peers[-1:]:
                    raw.leg(leg, number, "peer")
            print(f"  run {number}: {legs[-1].value:.4g}", flush=True)
        n = sum(max(1, len(leg.samples)) for leg in legs)
        peer_value = reduce([figure.view(leg) for leg in peers]) if peers else None
        told = {**machine.conditions(), **(conditions or {}), "runs": len(legs)}
        self._record(figure, reduce([figure.view(leg) for leg in legs]), peer_value, None, n, told, noisy=False)

    def _write(self, figure: Figure, outcome: Outcome, conditions: dict[str, Any]) -> None:
        conditions["pairs"] = outcome.pairs
        values = (outcome.value, outcome.peer_value, outcome.ratio)
        self._record(figure, *values, outcome.n, conditions, noisy=outcome.noisy)

    def _record(
        self,
        figure: Figure,
        value: float,
        peer_value: float | None,
        ratio: float | None,
        n: int,
        conditions: dict[str, Any],
        *,
        noisy: bool,
    ) -> None:
        record = Record(figure.name, value, figure.unit, figure.peer, peer_value, ratio, n, today(), conditions, noisy)
        self.records.append(record)
        if not self.rehearsal:
            save([record], RESULTS)
        told = [f"{figure.name}: {value:.4g} {figure.unit}"]
        told += [] if peer_value is None else [f"peer {peer_value:.4g}"]
        told += [] if ratio is None else [f"ratio {ratio:.3g}"]
        print(" · ".join([*told, "NOISY"] if noisy else told), flush=True)
