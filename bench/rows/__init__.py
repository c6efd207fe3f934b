"""The benches, each with the names of its figures. `ALL` is the order in which they run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..run import Run
from . import latency, setup, signalling, truth


@dataclass(frozen=True)
class Bench:
    names: tuple[str, ...]
    measure: Callable[[Run], None]


ALL = (
    Bench(signalling.LOCAL_NAMES, signalling.relay_local),
    Bench(signalling.REDIS_NAMES, signalling.relay_redis),
    Bench(signalling.SLOW_NAMES, signalling.slow_query),
    Bench(setup.NAMES, setup.click_to_first_frame),
    Bench(latency.NAMES, latency.peer_to_peer),
    Bench(truth.NAMES, truth.truth_error),
)
