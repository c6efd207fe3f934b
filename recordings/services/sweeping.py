"""Every state has a time-out, and what the broker or a worker lost is asked for again. Idempotent."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import partial

from django.db.models import Q, QuerySet

from rtc_service import clock
from rtc_service.exceptions import Conflict
from rtc_service.models import Alert
from rtc_service.models.message import PromptState
from rtc_service.services import row_by_row, timeline
from rtc_service.states import CallState

from ..conf import recordings as settings
from ..models import Consent, Recording
from ..models.recording import LIVE
from . import actors, alarms, handover, recording_alerts, recordings, steps
from .recording_alerts import FINALISE_LATE
from .recordings import S

log = logging.getLogger("rtc_recordings.sweeping")
MOST = 500  # in one run, of each kind
BEFORE_DUTIES = 5.0  # seconds that a duty has for what it owes, before the sweeper does it


def sweep() -> int:
    """Look at every recording that is not at rest; returns how many were moved or given away."""
    now = clock.now()
    rows = [*_live()[:MOST], *_unfinished(now)[:MOST]]
    questions = _questions([row.call_id for row in rows if row.state == S.ASKED])
    moved = 0
    for recording in rows:
        try:
            moved += _look_at(recording, now, questions.get(recording.call_id))
        except Conflict:  # moved on by somebody else meanwhile
            continue
        except Exception:  # noqa: BLE001  one that cannot be moved must not keep the others waiting
            log.exception("sweeping recording %s failed", recording.uuid)
    return moved


def _live() -> QuerySet[Recording]:
    rows = Recording.objects.filter(state__in=(S.ASKED, *LIVE)).select_related("call", "leg")
    return rows.defer("call__context").order_by("pk")


def _unfinished(now: datetime) -> QuerySet[Recording]:
    """Of their own, so that a heap of them (no worker finishes) keeps no live one from being looked at."""
    due = Q(given__isnull=True) | Q(given__lt=now - timedelta(seconds=handover.FINALISE_SECONDS))
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    return Recording.objects.filter(due, free, state=S.FINALISING).select_related("call", "leg").order_by("pk")


def _questions(calls: list[int]) -> dict[int, Consent]:
    """The newest question of each call, in one query: this runs each second in every process."""
    if not calls:
        return {}
    asked = Consent.objects.filter(call__in=calls).select_related("call", "prompt", "participant__visitor")
    return {consent.call_id: consent for consent in asked.defer("call__context").order_by("pk")}


def _look_at(recording: Recording, now: datetime, question: Consent | None) -> bool:
    if recording.state == S.ASKED:
        return _asked(recording, now, question)
    if recording.state == S.FINALISING:
        return _free(recording, now) and handover.finalise(recording)
    if _call_moved_on(recording, now):
        steps.proceed(recording.call)
        return True
    if recording.state == S.PAUSED and recording.state_until is not None and recording.state_until < now:
        recordings.resume(recording, cause="timeout")
        return True
    _alarm(recording, now)
    return _free(recording, now) and handover.record(recording)


def _asked(recording: Recording, now: datetime, consent: Consent | None) -> bool:
    """The prompt expires by itself; here is what its duty should have done, and the net below both."""
    if now - recording.state_since < timedelta(seconds=BEFORE_DUTIES):
        return False
    if consent is None or consent.prompt is None:
        recordings.refuse(recording, cause="lost")
        return True
    if consent.prompt.state == PromptState.OPEN:
        return False
    if consent.accepted and recording.call.state in (CallState.WAITING, CallState.RINGING):
        return False  # a yes in the queue: nothing to do until somebody answers
    before = recording.version
    steps.answered(consent, by=actors.of_leg(consent.participant))
    return Recording.objects.filter(pk=recording.pk).exclude(version=before).exists()


def _call_moved_on(recording: Recording, now: datetime) -> bool:
    """The duty of `call.ended` or `call.waiting` is late."""
    call, leg = recording.call, recording.leg
    over = call.ended is not None or leg is None or leg.left is not None
    return over and now - (call.ended or call.state_since) > timedelta(seconds=BEFORE_DUTIES)


def _free(recording: Recording, now: datetime) -> bool:
    return recording.lease_until is None or recording.lease_until < now


def _alarm(recording: Recording, now: datetime) -> None:
    """Nobody records though somebody should. Cleared by the recorder's first media, or when it is heard again."""
    if _nobody_records(recording, now):  # as it was when it was read
        alarms.switch_if_still(recording, "no_recorder", partial(_nobody_records, now=now))


def _nobody_records(recording: Recording, now: datetime) -> bool:
    if recording.state not in LIVE:
        return False
    given = settings()
    late = recording.state == S.STARTING and recording.state_since + timedelta(seconds=given.START_SECONDS) < now
    gone = recording.state != S.STARTING and (
        recording.lease_until is None or recording.lease_until + timedelta(seconds=given.ALARM_SECONDS) < now
    )
    if gone and recording.lease_until is None:  # let go in order: the next one has a moment
        gone = recording.given is None or recording.given + timedelta(seconds=given.ALARM_SECONDS) < now
    return late or gone


def overdue() -> int:
    """Nobody finishes them: no worker listens to the queue, or the work does not come to an end. Returns how many are
    new."""
    late = clock.now() - timedelta(seconds=settings().FINALISE_LATE_SECONDS)
    known = Alert.objects.filter(code=FINALISE_LATE, cleared__isnull=True).values_list("target", flat=True)
    rows = Recording.objects.filter(state=S.FINALISING, state_since__lt=late).select_related("call").order_by("pk")
    said = set(known)
    new = [recording for recording in rows.defer("call__context") if str(recording.uuid) not in said]
    return row_by_row.each(new[:MOST], _late, log)


def _late(recording: Recording) -> bool:
    """Cleared by what moves it on, under the same lock."""
    with timeline.changing(recording.call):
        same = Recording.objects.filter(pk=recording.pk, version=recording.version, state=S.FINALISING)
        since = recording.state_since.isoformat()
        return same.exists() and recording_alerts.raise_(FINALISE_LATE, recording, since=since)
