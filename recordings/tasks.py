"""Celery doors: take ids, call one service, tolerate repetition. Who asks names the queue (`services.handover`)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from celery import shared_task


@shared_task(name="rtc.record", ignore_result=True)
def record(uuid: str, **_ignored: Any) -> None:
    """Record, if nobody does. Returns at once: the recording goes on in this process, held by its lease, so that no
    broker's or worker's time limit ends it."""
    from .recorder import worker  # aiortc: not for the web server, which imports this module too

    worker.take(UUID(uuid))


@shared_task(name="rtc.finalise", ignore_result=True)
def finalise(uuid: str, **_ignored: Any) -> None:
    """Make the files of a recording that is over, once its recorder has let go."""
    from .services import finalising, leases  # av: as above

    if leases.free_for_finaliser(UUID(uuid)):
        finalising.finalise(UUID(uuid))


@shared_task(name="rtc.recordings.purge", ignore_result=True)
def purge(**_ignored: Any) -> None:
    """Delete what has been kept long enough."""
    from .services import retention

    retention.purge()
