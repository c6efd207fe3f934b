"""The benches, each with the names of its figures. `ALL` is the order in which they run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..run import Run
from . import latency, recording_capture, recording_playback, recording_sync, recording_vault, setup, signalling, truth


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
    Bench(recording_capture.NAMES, recording_capture.capture),
    Bench(recording_vault.NAMES, recording_vault.encryption),
    Bench(recording_sync.NAMES, recording_sync.av_skew),
    Bench(recording_playback.FIRST_NAMES, recording_playback.playback_first_byte),
    Bench(recording_playback.SEEK_NAMES, recording_playback.seek),
)
