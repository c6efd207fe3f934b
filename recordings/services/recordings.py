"""The recording's life: each function is one step, decided by one conditional update, told by one event.

Steps are taken inside `timeline.changing(call)`: the call is locked first, then what belongs to it (decision 0010).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F

from rtc_service import clock
from rtc_service.exceptions import Conflict
from rtc_service.models import Call, Link, Participant
from rtc_service.services import links, participants, timeline
from rtc_service.states import SERVICE_ROLES, WITH_STAFF, LegKind, Role

from ..conf import recordings as settings
from ..models import Recording, RecordingState
from ..models.recording import LIVE, OPEN
from . import actors, alarms, handover, pauses, recording_alerts
from .actors import NOBODY, Actor

S = RecordingState
AGAIN = "again"  # cause of a second finalising
# state -> the states it may be reached from
SOURCES: dict[RecordingState, tuple[RecordingState, ...]] = {
    S.STARTING: (S.ASKED,),
    S.RUNNING: (S.STARTING,),
    S.PAUSED: (S.STARTING, S.RUNNING),
    S.FINALISING: LIVE,
    S.READY: (S.FINALISING,),
    S.REFUSED: (S.ASKED,),
    S.FAILED: (S.FINALISING,),
    S.DELETED: (S.READY, S.FAILED),
}


# --- reading


def open_of(call: Call) -> Recording | None:
    """The recording that is asked for or runs, if any: a call has one at most."""
    return Recording.objects.filter(call=call, state__in=OPEN).select_related("call", "leg").first()


def parties(recording: Recording) -> list[str]:
    """The participants who are (or were) recorded, as the log tells them."""
    if recording.leg_id is None:
        return []
    recorded = Link.objects.filter(call_id=recording.call_id, first_id=recording.leg_id, kind=LegKind.RECORD)
    return [str(uuid) for uuid in recorded.order_by("pk").values_list("second__uuid", flat=True)]


def summary_of_call(call: Call) -> dict[str, Any] | None:
    """The key `recording` of the call's snapshot: the newest recording."""
    recording = Recording.objects.filter(call=call).order_by("-pk").first()
    if recording is None:
        return None
    since = clock.millis(recording.state_since)
    return {"recording": str(recording.uuid), "state": recording.state, "since": since, "parties": parties(recording)}


# --- steps before anything is captured


def open_asked(call: Call, *, cause: str, by: Actor) -> Recording:
    """A recording that waits for the customer's answer (inside the asking transaction, which made sure of no other)."""
    now = clock.now()
    until = now + timedelta(seconds=settings().ASK_SECONDS)
    recording = _create(call, S.ASKED, now, cause=cause, state_until=until)
    _tell(recording, now, cause, by)
    actors.record("asked", recording, by)
    return recording


def refuse(recording: Recording, *, cause: str, by: Actor = NOBODY) -> None:
    """There is no consent (or the call ended before it was of use): nothing was captured. Raises Conflict."""
    with timeline.changing(recording.call):
        _move(recording, S.REFUSED, cause=cause, by=by, ended=clock.now())
        actors.record("refused", recording, by, cause=cause)


def start(recording: Recording, *, cause: str = "consent", by: Actor = NOBODY) -> None:
    """The consent is there and the call is answered: a recorder is asked for. Raises Conflict."""
    with timeline.changing(recording.call):
        leg = _join(recording.call)
        _move(recording, S.STARTING, cause=cause, by=by, seconds=settings().START_SECONDS, leg=leg)
        _started(recording, cause, by)


def start_another(call: Call, *, cause: str, by: Actor) -> Recording:
    """A further recording of this call under the consent that was given. Raises Conflict."""
    with timeline.changing(call):
        if open_of(call) is not None:
            raise Conflict("this call is being recorded already")
        leg, now = _join(call), clock.now()
        until = now + timedelta(seconds=settings().START_SECONDS)
        recording = _create(call, S.STARTING, now, cause=cause, state_until=until, leg=leg)
        _tell(recording, now, cause, by)
        _started(recording, cause, by)
    return recording


def _started(recording: Recording, cause: str, by: Actor) -> None:
    actors.record("started", recording, by, cause=cause)
    handover.record(recording)


def _join(call: Call) -> Participant:
    """The recorder's leg and its links to who talks. Raises Conflict when nobody does."""
    if Call.objects.values_list("state", flat=True).get(pk=call.pk) not in WITH_STAFF:
        raise Conflict("nobody is talking in this call")
    talking = call.participants.filter(left__isnull=True, kind=LegKind.TALK).exclude(role__in=SERVICE_ROLES)
    leg = participants.join(call, Role.RECORDER, kind=LegKind.RECORD)
    for party in talking.order_by("pk"):
        links.open_between(call, leg, party, LegKind.RECORD)
    return leg


# --- steps while it runs


def began(recording: Recording, *, epoch: int, at: datetime) -> bool:
    """The first media of any party has come to this recorder at `at`; False when it has lost its place."""
    with timeline.changing(recording.call):
        fresh = Recording.objects.filter(pk=recording.pk, epoch=epoch, state__in=LIVE).first()
        if fresh is None:
            return False
        alarms.switch(recording, "no_recorder", on=False)
        if fresh.state == S.STARTING:
            _move(recording, S.RUNNING, cause="media", started=fresh.started or at)
        elif fresh.started is None:  # paused before it had begun
            Recording.objects.filter(pk=recording.pk).update(started=at)
    return True


def pause(recording: Recording, *, by: Actor = NOBODY) -> None:
    """Nothing is written from now on, for PAUSE_SECONDS at most, and less when the pauses before were long.

    Raises Conflict; Refused (`paused_enough`) when all pauses together have lasted PAUSES_SECONDS."""
    with timeline.changing(recording.call):
        _move(recording, S.PAUSED, cause="asked", by=by, seconds=pauses.allowed(recording))
        actors.record("paused", recording, by)


def resume(recording: Recording, *, cause: str = "asked", by: Actor = NOBODY) -> None:
    """Go on after a pause. Raises Conflict."""
    with timeline.changing(recording.call):
        before = Recording.objects.get(pk=recording.pk)
        if before.started is None:
            _move(recording, S.STARTING, cause=cause, by=by, seconds=settings().START_SECONDS, sources=(S.PAUSED,))
        else:
            _move(recording, S.RUNNING, cause=cause, by=by, sources=(S.PAUSED,))
        pauses.count(recording, before)
        actors.record("resumed", recording, by, cause=cause)


def finish(recording: Recording, *, cause: str, by: Actor = NOBODY) -> None:
    """The call has ended, waits again, or staff wants no more: the recorder goes, the finaliser comes.

    The finaliser is asked for here only if no recorder has the row: one that has closes its segments and then lets go.
    Raises Conflict."""
    with timeline.changing(recording.call):
        call = recording.call
        ended = Call.objects.values_list("ended", flat=True).get(pk=call.pk) or clock.now()
        # Before its leg leaves, so that the recorder still reads it.
        _move(recording, S.FINALISING, cause=cause, by=by, ended=ended, given=None)
        if recording.leg is not None:
            links.close_all(call, reason="recording_over", leg=recording.leg)
            participants.leave(recording.leg)
        alarms.clear_all(recording)
        actors.record("stopped", recording, by, cause=cause)
        if recording.lease_until is None or recording.lease_until < clock.now():
            handover.finalise(recording)


# --- steps afterwards, by finaliser and retention


def finish_again(recording: Recording, *, by: Actor) -> None:
    """It has failed, and what was in the way is mended: a finaliser is asked for. Raises Conflict."""
    with timeline.changing(recording.call):
        anew: dict[str, Any] = {"attempts": 0, "given": None, "lease_until": None}
        _move(recording, S.FINALISING, cause=AGAIN, by=by, sources=(S.FAILED,), **anew)
        handover.finalise(recording)


def mark_ready(recording: Recording) -> None:
    """The files are there and were checked. Raises Conflict."""
    with timeline.changing(recording.call):
        _move(recording, S.READY, lease_until=None)
        recording_alerts.clear(recording_alerts.FINALISE_LATE, recording)


def mark_failed(recording: Recording, cause: str) -> None:
    """There will be no files. Raises Conflict."""
    with timeline.changing(recording.call):
        _move(recording, S.FAILED, cause=cause, lease_until=None)
        recording_alerts.clear(recording_alerts.FINALISE_LATE, recording)


def mark_deleted(recording: Recording, *, cause: str = "") -> None:
    """Keys and files are gone. Raises Conflict."""
    with timeline.changing(recording.call):
        _move(recording, S.DELETED, cause=cause, deleted=clock.now())


# --- how


def _create(call: Call, state: RecordingState, now: datetime, **values: Any) -> Recording:
    return Recording.objects.create(call=call, state=state, state_since=now, requested=now, **values)


def _move(
    recording: Recording,
    target: RecordingState,
    *,
    cause: str = "",
    by: Actor = NOBODY,
    seconds: float | None = None,
    sources: tuple[RecordingState, ...] | None = None,
    **changes: Any,
) -> None:
    now = clock.now()
    until = None if seconds is None else now + timedelta(seconds=seconds)
    moved = Recording.objects.filter(pk=recording.pk, state__in=sources or SOURCES[target]).update(
        state=target, state_since=now, state_until=until, version=F("version") + 1, cause=cause[:32], **changes
    )
    if not moved:
        raise Conflict(f"a recording cannot be {target} now")
    call = recording.call
    recording.refresh_from_db()
    recording.call = call  # reading it again would tell nothing new
    _tell(recording, now, cause, by)


def _tell(recording: Recording, now: datetime, cause: str, by: Actor) -> None:
    data = {
        "recording": str(recording.uuid),
        "state": str(recording.state),
        "cause": cause,
        "parties": parties(recording),
    }
    timeline.append(recording.call, "recordings.state", actor=by.leg, data=data, at=now)
