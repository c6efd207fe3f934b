"""Ask the workers: one to record, one to finish what was recorded. Only uuids travel; the row is the promise.

Recording takes workers of its own, which nothing else keeps waiting; finishing is done where other long work is."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q

from rtc_service import clock
from rtc_service.services import handover

from ..models import Recording

RECORD_SECONDS = 2.0  # not asked for more often than this, however many processes sweep
FINALISE_SECONDS = 60.0


def record(recording: Recording) -> bool:
    """Ask for a recorder after the commit; False when one was asked for a moment ago."""
    if not _mark(recording, RECORD_SECONDS):
        return False
    transaction.on_commit(partial(give_record, str(recording.uuid)), robust=True)
    return True


def finalise(recording: Recording) -> bool:
    """Ask for a finaliser after the commit; False when one was asked for within the minute."""
    if not _mark(recording, FINALISE_SECONDS):
        return False
    transaction.on_commit(partial(give_finalise, str(recording.uuid)), robust=True)
    return True


def _mark(recording: Recording, seconds: float) -> bool:
    now = clock.now()
    due = Q(given__isnull=True) | Q(given__lt=now - timedelta(seconds=seconds))
    return bool(Recording.objects.filter(due, pk=recording.pk, state=recording.state).update(given=now))


def give_record(uuid: str) -> None:
    from ..tasks import record as task  # tasks are a door; only the hand-over to the worker reaches up

    handover.give_task(task, uuid, queue="recordings")


def give_finalise(uuid: str) -> None:
    from ..tasks import finalise as task

    handover.give_task(task, uuid, queue="media")
