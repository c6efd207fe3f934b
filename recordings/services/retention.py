"""Deletion, on time or by hand: keys first, then files, then the state. Each step is final, and a run that was
interrupted is completed by the next one."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from rtc_service import clock
from rtc_service.exceptions import Conflict
from rtc_service.services import timeline

from ..models import Hold, Recording, RecordingFile, Segment
from ..models.recording import ENDED
from ..vault import store
from . import actors, holds, policies, reasons, recording_alerts, recordings
from .actors import Actor

log = logging.getLogger("rtc_recordings.retention")

SCHEDULE = Actor(key="schedule")
HELD = Exists(Hold.objects.filter(recording=OuterRef("pk"), lifted=None))
BEGUN = Exists(RecordingFile.objects.filter(recording=OuterRef("pk"), wrapped_key=""))  # its deletion has
NOT_DELETED = "recordings.not_deleted"  # code of the alert


@dataclass(frozen=True)
class Purged:
    """`failed`: recordings whose files the storage would not give up; their keys are gone all the same."""

    deleted: int = 0
    failed: int = 0
    held: int = 0


def keep_until(recording: Recording) -> datetime:
    """When the policy of its call's queue lets it go."""
    days = policies.for_queue(recording.call.queue).keep_days
    return (recording.ended or recording.state_since) + timedelta(days=days)


def due(now: datetime) -> QuerySet[Recording]:
    """Whose time is over and whom nothing holds; and whose deletion has begun."""
    whose = (Q(keep_until__lte=now) & ~HELD) | BEGUN
    return Recording.objects.filter(whose, state__in=ENDED).order_by("keep_until", "pk")


def purge(now: datetime | None = None) -> Purged:
    """Delete all that is due. Raises ImproperlyConfigured before anything is done when there is no storage."""
    store.storage()
    now = now or clock.now()
    schedule_missing()
    held = Recording.objects.filter(HELD, ~BEGUN, state__in=ENDED, keep_until__lte=now)
    counts = {"deleted": 0, "failed": 0, "held": held.count()}
    for recording in list(due(now).select_related("call")):
        try:
            counts["deleted"] += _delete(recording, now=now, by=SCHEDULE, cause="schedule")
        except Exception as error:  # noqa: BLE001  one that cannot be deleted must not keep the others alive
            counts["failed"] += 1
            _complain(recording, error)
    return Purged(**counts)


def delete_now(recording: Recording, *, reason: str, by: Actor) -> None:
    """Before its time. Raises BadRequest (reason_needed), Conflict (held, deleted by somebody else, or not in a state
    to be deleted), ImproperlyConfigured before anything is done when there is no storage, and what the storage raises:
    its keys are gone then, an alert says so, and the schedule goes on with its files."""
    reason = reasons.cleaned(reason)
    store.storage()
    with transaction.atomic():
        fresh = holds.locked(recording)
        if holds.is_held(fresh):
            raise Conflict("a legal hold keeps the recording", code="held")
        if fresh.state not in ENDED:
            raise Conflict(f"a recording that is {fresh.state} cannot be deleted")
        fresh.keep_until = clock.now()  # should the rest be interrupted, the schedule goes on with it
        fresh.save(update_fields=["keep_until"])
    try:
        done = _delete(fresh, now=fresh.keep_until, by=by, cause="by_hand", reason=reason)
    except Exception as error:
        _complain(fresh, error)
        raise
    if not done:
        raise Conflict("it was held or deleted by somebody else meanwhile")


def reschedule() -> int:
    """Bring `keep_until` in line with today's policies; answers how many have moved. What is being deleted stays."""
    moved = 0
    with transaction.atomic():
        for recording in Recording.objects.filter(~BEGUN, state__in=ENDED).select_related("call").iterator():
            until = keep_until(recording)
            if until != recording.keep_until:
                moved += Recording.objects.filter(pk=recording.pk, state__in=ENDED).update(keep_until=until)
    return moved


def schedule_missing() -> int:
    """Nothing is kept for ever because somebody forgot to say until when."""
    missing = Recording.objects.filter(state__in=ENDED, keep_until=None).select_related("call")
    return sum(
        Recording.objects.filter(pk=recording.pk, keep_until=None).update(keep_until=keep_until(recording))
        for recording in missing
    )


def _delete(recording: Recording, *, now: datetime, by: Actor, cause: str, **why: Any) -> bool:
    """False when it was held or deleted by somebody else meanwhile."""
    what = _shred(recording, now)
    if what is None:
        return False
    for name in {item["name"] for item in what} | set(store.names(str(recording.uuid))):
        store.delete(name)
    try:
        with timeline.changing(recording.call):
            recordings.mark_deleted(recording, cause=cause)
            recording.segments.all().delete()
            actors.record("deleted", recording, by, cause=cause, files=what, **why)
            recording_alerts.clear_all(recording)
    except Conflict:
        return False
    return True


def _shred(recording: Recording, now: datetime) -> list[dict[str, Any]] | None:
    """Destroy the keys, for good when this returns; answers what there was, or None when it may not be deleted."""
    # Durable: what follows relies on this being committed.
    with transaction.atomic(durable=True):
        fresh = holds.locked(recording)
        if fresh.state not in ENDED or not _may_go(fresh, now):
            return None
        what: list[dict[str, Any]] = []
        for model in (RecordingFile, Segment):
            rows = model._default_manager.filter(recording=fresh).order_by("name")
            what += [dict(item) for item in rows.values("name", "size", "sha256")]
            rows.exclude(wrapped_key="").update(wrapped_key="")
    return what


def _may_go(recording: Recording, now: datetime) -> bool:
    """Its deletion has begun, or its time is over and nothing holds it."""
    if holds.is_shredded(recording):
        return True
    return recording.keep_until is not None and recording.keep_until <= now and not holds.is_held(recording)


def _complain(recording: Recording, error: Exception) -> None:
    log.exception("recording %s could not be deleted", recording.uuid)
    problem = getattr(error, "code", type(error).__name__)
    with timeline.changing(recording.call):
        if Recording.objects.filter(pk=recording.pk, state__in=ENDED).exists():  # else somebody else has deleted it
            recording_alerts.raise_(NOT_DELETED, recording, problem=problem)
