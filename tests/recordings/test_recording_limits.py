"""What one side alone may do to a recording: pause it, stop it, fill the storage. Each has an end, and is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from recordings.models import Recording, Segment
from recordings.services import leases, recordings, segments, steps, sweeping
from recordings.services.actors import of_leg
from recordings.services.sizes import written
from rtc_service import clock
from rtc_service.exceptions import Conflict, Refused
from rtc_service.models import Alert
from rtc_service.testing import assert_replay_equals_snapshot, later, run_duties
from tests.harness.people import People
from tests.recordings.calls import Given, Story, given, started, story

__all__ = ["given"]


def alerts(code: str) -> list[Alert]:
    return list(Alert.objects.filter(code=f"recordings.{code}", cleared__isnull=True))


def running(people: People) -> tuple[Story, leases.Claim]:
    told = started(people)
    claim = leases.claim(told.recording.uuid, "one")
    assert claim is not None
    recordings.began(told.recording, epoch=claim.epoch, at=clock.now())
    return told, claim


# --- pauses


def test_pauses_are_counted_and_the_last_is_as_long_as_what_is_left(people: People, given: Given) -> None:
    told, _claim = running(people)
    steps.pause_by_hand(told.call, by=told.staff())
    with later(250):
        steps.resume_by_hand(told.call, by=told.staff())
        assert told.recording.paused_seconds == pytest.approx(250, abs=2)
        steps.pause_by_hand(told.call, by=told.staff())
    with later(260 + 300):
        sweeping.sweep()
        assert told.state == "running", "its time is over"
        assert told.recording.paused_seconds == pytest.approx(560, abs=2)
        steps.pause_by_hand(told.call, by=told.staff())
        until = told.recording.state_until
        assert until is not None
        assert (until - clock.now()).total_seconds() == pytest.approx(40, abs=2)
        assert not alerts("paused_long")
    with later(560 + 42):
        sweeping.sweep()
        assert told.state == "running"
        for _ in range(2):
            with pytest.raises(Refused) as refused:
                steps.pause_by_hand(told.call, by=told.staff())
            assert refused.value.code == "paused_enough"
        assert told.state == "running", "it goes on"
    (alert,) = alerts("paused_long")
    assert (alert.call, alert.target) == (told.call, str(told.recording.uuid))
    assert alert.data == {"by": f"u:{people.bob.pk}"}
    told.end()
    run_duties()
    assert alerts("paused_long"), "it outlives the recording's end: somebody has to look"
    assert_replay_equals_snapshot(told.call)


def test_a_pause_before_the_beginning_counts_as_well(people: People, given: Given) -> None:
    told = started(people)
    steps.pause_by_hand(told.call, by=told.staff())
    with later(100):
        assert steps.resume_by_hand(told.call, by=told.staff()) == "starting"
    assert told.recording.paused_seconds == pytest.approx(100, abs=2)


# --- stopping


def test_stopping_what_the_policy_began_is_told(people: People, given: Given) -> None:
    told, _claim = running(people)
    steps.stop_by_hand(told.call, by=told.staff())
    (alert,) = alerts("stopped")
    assert (alert.call, alert.target) == (told.call, str(told.recording.uuid))


def test_also_when_it_went_on_with_the_next_answer(people: People, given: Given) -> None:
    told, _claim = running(people)
    told.requeue()
    run_duties()
    told.answer(people.beth)
    assert told.state == "starting" and not alerts("stopped")
    steps.stop_by_hand(told.call, by=told.staff())
    assert [alert.target for alert in alerts("stopped")] == [str(told.recording.uuid)]


def test_pauses_in_between_do_not_hide_it(people: People, given: Given) -> None:
    told, _claim = running(people)
    steps.pause_by_hand(told.call, by=told.staff())
    steps.resume_by_hand(told.call, by=told.staff())
    steps.stop_by_hand(told.call, by=told.staff())
    assert len(alerts("stopped")) == 1


def test_what_staff_begins_anew_staff_may_stop(people: People, given: Given) -> None:
    told, _claim = running(people)
    steps.stop_by_hand(told.call, by=told.staff())
    first = told.recording
    steps.start_by_hand(told.call, by=told.staff())
    assert told.recording != first and told.state == "starting"
    steps.stop_by_hand(told.call, by=told.staff())
    assert [alert.target for alert in alerts("stopped")] == [str(first.uuid)]


def test_also_when_the_question_is_taken_back(people: People, given: Given) -> None:
    told = story(people)
    told.answer()
    assert steps.stop_by_hand(told.call, by=told.staff()) == "refused"
    assert len(alerts("stopped")) == 1


def test_stopping_what_staff_began_is_nobodys_business(people: People, given: Given) -> None:
    told = story(people, start="manual")
    told.answer()
    steps.start_by_hand(told.call, by=told.staff())
    told.say(True)
    assert told.state == "starting"
    steps.stop_by_hand(told.call, by=told.staff())
    steps.start_by_hand(told.call, by=told.staff())
    steps.stop_by_hand(told.call, by=told.staff())
    assert not alerts("stopped")


def test_the_customers_own_stop_is_no_alert(people: People, given: Given) -> None:
    told, _claim = running(people)
    steps.withdraw_by_customer(told.call, by=of_leg(told.customer))
    assert not alerts("stopped")


# --- bytes


def opened(claim: leases.Claim, number: int) -> int:
    party = next(iter(claim.parties.values()))
    values: dict[str, Any] = {"name": f"s{number}", "key_id": "k", "wrapped_key": "w", "at": clock.now().timestamp()}
    return segments.opened(claim, party=party.pk, number=number, **values)


def test_a_recording_that_is_full_ends(people: People, given: Given, core: Callable[..., None]) -> None:
    core("recordings", MAX_BYTES=1000)
    told, claim = running(people)
    first, second = opened(claim, 1), opened(claim, 2)
    segments.closed(claim, first, clocks={}, counts={}, size=600, sha256="")
    segments.checkpoint(claim, second, clocks={}, counts={}, size=399)
    assert told.state == "running" and written(claim.pk) == 999
    segments.checkpoint(claim, second, clocks={}, counts={}, size=400)
    assert told.state == "finalising" and told.recording.cause == "full"
    segments.closed(claim, second, clocks={}, counts={}, size=410, sha256="")
    assert Segment.objects.get(pk=second).closed is not None, "what was written is kept"
    (alert,) = alerts("full")
    assert (alert.target, alert.data) == (str(told.recording.uuid), {"bytes": 1000})
    with pytest.raises(Conflict):
        opened(claim, 3)
    told.requeue()
    told.answer(people.beth)
    assert Recording.objects.count() == 1, "nor does it go on by itself"


def test_without_a_limit_it_is_never_full(people: People, given: Given, core: Callable[..., None]) -> None:
    core("recordings", MAX_BYTES=0)
    told, claim = running(people)
    segments.checkpoint(claim, opened(claim, 1), clocks={}, counts={}, size=1 << 50)
    assert told.state == "running"
