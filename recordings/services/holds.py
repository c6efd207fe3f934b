"""Legal holds: while one is open, nobody and nothing deletes the recording."""

from __future__ import annotations

from django.db import transaction

from rtc_service import clock
from rtc_service.exceptions import Conflict

from ..models import Hold, Recording, RecordingState
from . import actors, reasons
from .actors import Actor


def place(recording: Recording, reason: str, by: Actor) -> Hold:
    """Keep the recording from now on. Raises BadRequest (reason_needed), Conflict (gone: there is nothing to keep)."""
    reason = reasons.cleaned(reason)
    with transaction.atomic():
        fresh = locked(recording)
        if fresh.state == RecordingState.DELETED or is_shredded(fresh):
            raise Conflict("the recording was deleted", code="gone")
        hold = Hold.objects.create(recording=fresh, reason=reason, placed=clock.now(), placed_by_id=by.user_id)
        actors.record("held", fresh, by, hold=hold.pk, reason=reason)
    return hold


def lift(hold: Hold, by: Actor) -> None:
    """This hold keeps it no longer; others may. Raises Conflict when it was lifted before."""
    with transaction.atomic():
        locked(hold.recording)
        now = clock.now()
        if not Hold.objects.filter(pk=hold.pk, lifted=None).update(lifted=now, lifted_by_id=by.user_id):
            raise Conflict("the hold was lifted before")
        hold.refresh_from_db()
        actors.record("hold_lifted", hold.recording, by, hold=hold.pk)


def locked(recording: Recording) -> Recording:
    """The row as it is, locked: a hold and a deletion decide one after the other. Inside a transaction."""
    return Recording.objects.select_for_update(of=("self",)).select_related("call").get(pk=recording.pk)


def is_held(recording: Recording) -> bool:
    return Hold.objects.filter(recording=recording, lifted=None).exists()


def is_shredded(recording: Recording) -> bool:
    """Its deletion has begun: keys are gone and will not come back. Segments alone say so only where there are no
    files, because a finished recording gives its segments up."""
    files = list(recording.files.values_list("wrapped_key", flat=True))
    if files:
        return not all(files)
    segments = list(recording.segments.values_list("wrapped_key", flat=True))
    return bool(segments) and not any(segments)
