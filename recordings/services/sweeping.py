"""Every state has a time-out, and what the broker or a worker lost is asked for again. Idempotent."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from rtc_service import clock
from rtc_service.exceptions import Conflict

from ..conf import recordings as settings
from ..models import Consent, Recording
from ..models.recording import LIVE
from . import actors, alarms, handover, recordings, steps
from .recordings import S

log = logging.getLogger("rtc_recordings.sweeping")
BEFORE_DUTIES = 5.0  # seconds that a duty has for what it owes, before the sweeper does it


def sweep() -> int:
    """Look at every recording that is not at rest; returns how many were moved or given away."""
    moving = Recording.objects.filter(state__in=[S.ASKED, *LIVE, S.FINALISING]).select_related("call", "leg")
    now = clock.now()
    moved = 0
    for recording in moving.order_by("pk")[:500]:
        try:
            moved += _look_at(recording, now)
        except Conflict:  # moved on by somebody else meanwhile
            continue
        except Exception:  # noqa: BLE001  one that cannot be moved must not keep the others waiting
            log.exception("sweeping recording %s failed", recording.uuid)
    return moved


def _look_at(recording: Recording, now: datetime) -> bool:
    if recording.state == S.ASKED:
        return _asked(recording, now)
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


def _asked(recording: Recording, now: datetime) -> bool:
    """The prompt expires by itself; here is what its duty should have done, and the net below both."""
    if now - recording.state_since < timedelta(seconds=BEFORE_DUTIES):
        return False
    consent = (
        Consent.objects.filter(call=recording.call)
        .select_related("call", "prompt", "participant__visitor")
        .order_by("-pk")
        .first()
    )
    if consent is None or consent.prompt is None:
        recordings.refuse(recording, cause="lost")
        return True
    if consent.prompt.state == "open":
        return False
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
    """Nobody records though somebody should. Cleared by the recorder's first media."""
    given = settings()
    late = recording.state == S.STARTING and recording.state_since + timedelta(seconds=given.START_SECONDS) < now
    gone = recording.state != S.STARTING and (
        recording.lease_until is None or recording.lease_until + timedelta(seconds=given.ALARM_SECONDS) < now
    )
    if gone and recording.lease_until is None:  # let go in order: the next one has a moment
        gone = recording.given is None or recording.given + timedelta(seconds=given.ALARM_SECONDS) < now
    if late or gone:
        alarms.switch(recording, "no_recorder", on=True)
