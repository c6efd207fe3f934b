"""What a call's recording needs next. Asked by duties, by the sweepers and by staff; each may be asked again."""

from __future__ import annotations

from contextlib import suppress

from rtc_service.exceptions import Conflict, Refused
from rtc_service.models import Call, Event
from rtc_service.services import timeline
from rtc_service.states import WITH_STAFF, CallState

from ..models import Consent, Recording
from ..models.policy import Start
from ..models.recording import LIVE
from . import actors, consents, policies, recording_alerts, recordings
from .actors import NOBODY, POLICY, Actor
from .recordings import S


def requested(call: Call) -> None:
    """A new call: ask its customer, where the queue's policy says so."""
    if not policies.possible() or policies.for_queue(call.queue).start != Start.AUTO:
        return
    if call.state == CallState.ENDED or Recording.objects.filter(call=call).exists():
        return
    with suppress(Conflict):  # the customer is gone
        consents.ask(call, cause="policy", by=POLICY)


def answered(consent: Consent, *, by: Actor) -> None:
    """The customer has answered, or nobody will."""
    if consents.settle(consent):
        proceed(consent.call, by=by)


def proceed(call: Call, *, by: Actor = NOBODY) -> None:
    """Bring the call's recording to where the call is: begun when it may begin, over when the call is."""
    call = Call.objects.get(pk=call.pk)
    recording = recordings.open_of(call)
    with suppress(Conflict):  # somebody else was faster, and does the same
        if recording is not None and recording.state in LIVE and (cause := _over(recording, call)):
            recordings.finish(recording, cause=cause)
            recording = None
        if recording is None:
            if _goes_on(call):
                recordings.start_another(call, cause="answered", by=NOBODY)
        elif recording.state == S.ASKED:
            _asked(recording, call, by)


def _over(recording: Recording, call: Call) -> str:
    """Why this recording is over, or nothing."""
    if call.state == CallState.ENDED:
        return "ended"
    # The recorder's leg leaves with the staff's: the call waits, or somebody else has answered it already.
    if call.state not in WITH_STAFF or recording.leg is None or recording.leg.left is not None:
        return "waiting"
    return ""


def _asked(recording: Recording, call: Call, by: Actor) -> None:
    if call.state == CallState.ENDED:
        if consents.given_for(recording):  # whoever has not answered is told `withdrawn` by the prompt
            recordings.refuse(recording, cause="ended")
    elif call.state in WITH_STAFF and consents.given_for(recording) and policies.possible():
        recordings.start(recording, by=by)


def _goes_on(call: Call) -> bool:
    """Was a recording cut off because the call had to wait, and does it go on with who has answered now?"""
    if call.state not in WITH_STAFF or not policies.possible() or not consents.given(call):
        return False
    told = Event.objects.filter(call=call, kind="recordings.state").order_by("-seq").values_list("data", flat=True)
    ends = (data["cause"] for data in told if data["state"] == S.FINALISING and data["cause"] != recordings.AGAIN)
    return next(ends, "") == "waiting" and policies.for_queue(call.queue).start != Start.OFF


def start_by_hand(call: Call, *, by: Actor) -> str:
    """Staff wants the call recorded: the customer is asked, unless the consent is there. The recording's state.

    Raises Refused (`recording_off`, `asked_enough`), Conflict."""
    if not policies.possible() or policies.for_queue(call.queue).start == Start.OFF:
        raise Refused("calls of this queue are not recorded", code="recording_off")
    if call.state not in WITH_STAFF:
        raise Conflict("nobody is talking in this call")
    with timeline.changing(call):  # or a recording that ends at this moment has the customer asked once more
        if recordings.open_of(call) is None and consents.given(call):
            return str(recordings.start_another(call, cause="asked", by=by).state)
        return str(consents.ask(call, cause="staff", by=by).state)


def stop_by_hand(call: Call, *, by: Actor) -> str:
    """Staff wants no (further) recording. The recording's state. Raises Conflict when there is none."""
    recording = _open(call)
    if recording.state == S.ASKED:
        consents.withdraw(call)
        recordings.refuse(recording, cause="withdrawn", by=by)
    else:
        recordings.finish(recording, cause="stopped", by=by)
    if _by_policy(call):
        recording_alerts.raise_("recordings.stopped", recording, by=by.key)
    return str(recording.state)


def withdraw_by_customer(call: Call, *, by: Actor) -> str:
    """The customer takes the consent back: nothing more is recorded in this call, unless staff asks anew and is told
    yes. What was recorded until now is kept. The recording's state. Raises Conflict when there is no consent."""
    with timeline.changing(call):
        recording = recordings.open_of(call)
        newest = recording or Recording.objects.filter(call=call).order_by("-pk").first()
        if not consents.revoke(call) or newest is None:
            raise Conflict("no consent to a recording stands in this call")
        actors.record("withdrawn", newest, by)
        if recording is None:  # between two: none begins with the next answer
            return str(newest.state)
        if recording.state == S.ASKED:
            recordings.refuse(recording, cause="declined", by=by)
        else:
            recordings.finish(recording, cause="withdrawn", by=by)
    return str(recording.state)


def pause_by_hand(call: Call, *, by: Actor) -> str:
    """Raises Conflict when nothing runs; Refused (`paused_enough`), which somebody is told."""
    recording = _open(call)
    if recording.state != S.PAUSED:  # pressed twice
        try:
            recordings.pause(recording, by=by)
        except Refused:
            recording_alerts.raise_("recordings.paused_long", recording, by=by.key)
            raise
    return str(recording.state)


def resume_by_hand(call: Call, *, by: Actor) -> str:
    """Raises Conflict when nothing is paused."""
    recording = _open(call)
    if recording.state not in (S.RUNNING, S.STARTING):
        recordings.resume(recording, by=by)
    return str(recording.state)


def _by_policy(call: Call) -> bool:
    """Did the queue's policy begin what is recorded, and no staff since? A recording that goes on when the call is
    answered again (cause `answered`), or begins with the consent, was begun by whoever asked for the first one."""
    told = Event.objects.filter(call=call, kind="recordings.state").order_by("-seq").values_list("data", flat=True)
    begun = (data["cause"] for data in told if data["state"] in (S.ASKED, S.STARTING))
    return next((cause for cause in begun if cause in ("policy", "staff", "asked")), "") == "policy"


def _open(call: Call) -> Recording:
    recording = recordings.open_of(call)
    if recording is None:
        raise Conflict("this call is not being recorded")
    return recording
