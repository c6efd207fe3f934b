"""Celery's beat: when did a worker last run what beat sends every five seconds?"""

from __future__ import annotations

from .. import clock
from ..services import heartbeats
from .finding import Finding, ok, problem

LATE = 60.0


def check() -> list[Finding]:
    last = heartbeats.last_beat()
    hint = "Start `celery beat` with rtc_service.tasks.beat_schedule(), and a worker for the default queue."
    if last is None:
        return [problem("Beat has never been seen: nothing sweeps, seals or deletes what is due.", hint)]
    seconds = (clock.now() - last).total_seconds()
    if seconds > LATE:
        return [problem(f"Beat was last seen {seconds:.0f} s ago (at {last:%Y-%m-%d %H:%M:%S} UTC).", hint)]
    return [ok(f"Beat was seen {max(0.0, seconds):.0f} s ago.")]
