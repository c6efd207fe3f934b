"""A recording from its start to its end: who moves it, what the log says, what the workers are asked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from recordings import duties
from recordings.models import Recording
from recordings.services import leases, recordings, steps
from rtc_service import clock
from rtc_service.exceptions import Conflict
from rtc_service.models import AuditEntry, Event, Link, Participant
from rtc_service.services import snapshots
from rtc_service.testing import assert_replay_equals_snapshot, run_duties
from tests.harness.people import People
from tests.recordings.calls import Given, Story, given, started, story

__all__ = ["given"]


def claimed(told: Story, owner: str = "one") -> leases.Claim:
    claim = leases.claim(told.recording.uuid, owner)
    assert claim is not None
    return claim


def running(people: People) -> tuple[Story, leases.Claim]:
    told = started(people)
    claim = claimed(told)
    assert recordings.began(told.recording, epoch=claim.epoch, at=clock.now())
    assert told.state == "running"
    return told, claim


def test_it_starts_when_the_call_is_answered(people: People, given: Given) -> None:
    told = started(people)
    leg = told.recording.leg
    assert leg is not None and (leg.role, leg.kind, leg.left) == ("recorder", "record", None)
    links = Link.objects.filter(kind="record").select_related("first", "second")
    assert {link.second.role for link in links} == {"customer", "staff"}
    assert {link.first.pk for link in links} == {leg.pk}, "the recorder is first, and offers"
    snapshot = snapshots.of(told.recording.call)
    assert snapshot["recording"]["state"] == "starting"
    assert snapshot["recording"]["parties"] == [str(link.second.uuid) for link in links.order_by("pk")]
    assert given.record == [str(told.recording.uuid)]
    assert told.told() == ["asked", "starting"]
    assert_replay_equals_snapshot(told.call)


def test_the_whole_life(people: People, given: Given) -> None:
    told, claim = running(people)
    assert steps.pause_by_hand(told.call, by=told.staff()) == "paused"
    assert steps.pause_by_hand(told.call, by=told.staff()) == "paused", "pressed twice"
    assert steps.resume_by_hand(told.call, by=told.staff()) == "running"
    assert steps.stop_by_hand(told.call, by=told.staff()) == "finalising"
    assert given.finalise == [], "the recorder closes its segments first"
    leases.release(claim)
    assert given.finalise == [str(told.recording.uuid)]
    recordings.mark_ready(told.recording)
    recordings.mark_deleted(told.recording, cause="retention")
    words = ["asked", "starting", "running", "paused", "running", "finalising", "ready", "deleted"]
    assert told.told() == words
    told.call.refresh_from_db()
    assert told.call.state == "connecting", "the call goes on"
    assert not Participant.objects.filter(role="recorder", left__isnull=True).exists()
    assert not Link.objects.filter(kind="record").exclude(state="closed").exists()
    assert_replay_equals_snapshot(told.call)
    actions = AuditEntry.objects.filter(action__startswith="recording.").order_by("pk")
    assert [entry.action.partition(".")[2] for entry in actions] == ["asked", "started", "paused", "resumed", "stopped"]
    assert [entry.user_id for entry in actions][2:] == [people.bob.pk] * 3
    assert all(entry.call == told.call.uuid and entry.target == f"recording:{told.recording.uuid}" for entry in actions)


@pytest.mark.parametrize("has_recorder", [True, False])
def test_the_calls_end_is_the_recordings(people: People, given: Given, has_recorder: bool) -> None:
    told = started(people)
    claim = claimed(told) if has_recorder else None
    told.end()
    run_duties()
    assert told.state == "finalising" and told.recording.cause == "ended"
    told.call.refresh_from_db()
    assert told.recording.ended == told.call.ended
    assert given.finalise == ([] if has_recorder else [str(told.recording.uuid)])
    if claim is not None:
        leases.release(claim)
    assert given.finalise == [str(told.recording.uuid)], "once"
    assert_replay_equals_snapshot(told.call)


def test_the_recorder_lets_go_before_the_duty_is_done(people: People, given: Given) -> None:
    told, claim = running(people)
    told.end()
    leases.release(claim)
    assert told.state == "finalising"
    assert given.finalise == [str(told.recording.uuid)]
    assert len(given.record) == 1, "nobody is asked to record a call that has ended"


def test_the_call_waits_again_and_another_recording_begins_with_the_next_answer(people: People, given: Given) -> None:
    told, claim = running(people)
    first = told.recording
    told.requeue()
    run_duties()
    assert told.state == "finalising" and told.recording.cause == "waiting"
    leases.release(claim)
    assert_replay_equals_snapshot(told.call)
    told.answer(people.beth)
    second = told.recording
    assert second.pk != first.pk and second.state == "starting"
    assert given.record == [str(first.uuid), str(second.uuid)]
    recordings.mark_failed(Recording.objects.get(pk=first.pk), "empty")
    assert snapshots.of(told.call)["recording"]["recording"] == str(second.uuid)
    assert_replay_equals_snapshot(told.call)


def test_answered_again_before_the_duty_of_the_waiting_was_done(people: People, given: Given) -> None:
    told, _claim = running(people)
    first = told.recording
    told.requeue()
    told.answer(people.beth)  # does both duties, with the call answered already
    states = dict(Recording.objects.values_list("pk", "state"))
    assert states.pop(first.pk) == "finalising"
    assert list(states.values()) == ["starting"]
    assert_replay_equals_snapshot(told.call)


def test_what_staff_has_stopped_does_not_begin_again_by_itself(people: People, given: Given) -> None:
    told, claim = running(people)
    steps.stop_by_hand(told.call, by=told.staff())
    leases.release(claim)
    told.requeue()
    told.answer(people.beth)
    assert Recording.objects.count() == 1
    assert steps.start_by_hand(told.call, by=told.staff()) == "starting", "the consent is there"
    assert Recording.objects.count() == 2
    assert_replay_equals_snapshot(told.call)


def test_stop_while_starting(people: People, given: Given) -> None:
    told = started(people)
    assert steps.stop_by_hand(told.call, by=told.staff()) == "finalising"
    assert given.finalise == [str(told.recording.uuid)]
    assert leases.claim(told.recording.uuid, "late") is None, "the recorder that comes now finds nothing to do"


def test_a_pause_before_it_has_begun(people: People, given: Given) -> None:
    told = started(people)
    claim = claimed(told)
    assert steps.pause_by_hand(told.call, by=told.staff()) == "paused"
    assert steps.resume_by_hand(told.call, by=told.staff()) == "starting"
    assert steps.pause_by_hand(told.call, by=told.staff()) == "paused"
    assert recordings.began(told.recording, epoch=claim.epoch, at=clock.now())
    assert told.state == "paused", "media that comes while it is paused does not end the pause"
    assert steps.resume_by_hand(told.call, by=told.staff()) == "running"
    assert_replay_equals_snapshot(told.call)


def test_what_does_not_fit_is_refused(people: People, given: Given) -> None:
    told = story(people, start="manual")
    told.answer()
    for step in (steps.stop_by_hand, steps.pause_by_hand, steps.resume_by_hand):
        with pytest.raises(Conflict):
            step(told.call, by=told.staff())
    steps.start_by_hand(told.call, by=told.staff())
    for step in (steps.pause_by_hand, steps.resume_by_hand):
        with pytest.raises(Conflict):
            step(told.call, by=told.staff())
    with pytest.raises(Conflict):
        recordings.mark_ready(told.recording)
    told.requeue()
    with pytest.raises(Conflict):
        steps.start_by_hand(told.call, by=told.people and recordings.NOBODY)
    assert told.told() == ["asked"]


def test_duties_may_be_done_again_and_again(people: People, given: Given) -> None:
    told, _claim = running(people)
    before = told.told()
    functions = {
        "call.requested": duties.on_requested,
        "prompt.answered": duties.on_prompt_answered,
        "call.answered": duties.on_moved,
    }
    for event in Event.objects.filter(call=told.call, kind__in=functions).order_by("seq"):
        functions[event.kind](event)
        functions[event.kind](event)
    assert told.told() == before and Recording.objects.count() == 1 and len(given.record) == 1
    told.end()
    run_duties()
    ended = Event.objects.get(call=told.call, kind="call.ended")
    for _ in range(2):
        duties.on_moved(ended)
    assert told.told() == [*before, "finalising"]
    assert Participant.objects.filter(role="recorder").count() == 1


def test_the_lease_is_one_recorders(people: People, given: Given) -> None:
    told = started(people)
    one = claimed(told)
    assert (one.epoch, one.leg) == (1, told.recording.leg and told.recording.leg.uuid)
    assert set(one.parties) == set(Participant.objects.filter(kind="talk").values_list("uuid", flat=True))
    assert leases.claim(told.recording.uuid, "two") is None
    assert leases.renew(one) == "starting"
    Recording.objects.update(lease_until=clock.now() - timedelta(seconds=1))
    two = claimed(told, "two")
    assert two.epoch == 2
    assert leases.renew(one) is None, "it has lost its place"
    leases.release(one)
    assert leases.renew(two) == "starting", "and cannot give up what is another's"
    assert recordings.began(told.recording, epoch=one.epoch, at=clock.now()) is False
    assert told.recording.owner == "two"
