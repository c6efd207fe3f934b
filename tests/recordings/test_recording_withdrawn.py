"""The customer takes the consent back: the recording ends at once, stays over, and what it holds is kept."""

from __future__ import annotations

import pytest

from recordings.models import Consent, Recording
from recordings.services import consents, leases, recordings, steps
from recordings.services.actors import Actor, of_leg
from rtc_service import clock
from rtc_service.exceptions import Conflict, Refused
from rtc_service.models import AuditEntry, Prompt
from rtc_service.services import prompts
from rtc_service.testing import assert_replay_equals_snapshot, run_duties
from tests.harness.people import People
from tests.recordings.calls import Given, Story, given, started, story

__all__ = ["given"]


def alice(told: Story) -> Actor:
    return of_leg(told.customer)


def running(people: People) -> tuple[Story, leases.Claim]:
    told = started(people)
    claim = leases.claim(told.recording.uuid, "one")
    assert claim is not None
    recordings.began(told.recording, epoch=claim.epoch, at=clock.now())
    return told, claim


def test_it_ends_and_what_there_is_is_kept(people: People, given: Given) -> None:
    told, claim = running(people)
    assert steps.withdraw_by_customer(told.call, by=alice(told)) == "finalising"
    assert told.recording.cause == "withdrawn"
    leases.release(claim)
    assert given.finalise == [str(told.recording.uuid)], "its files are made like any other's"
    entries = AuditEntry.objects.filter(action__in=("recording.withdrawn", "recording.stopped")).order_by("pk")
    assert [entry.action for entry in entries] == ["recording.withdrawn", "recording.stopped"]
    assert {entry.actor for entry in entries} == {f"v:{people.alice.uuid}"}
    assert Consent.objects.get().withdrawn is not None and Consent.objects.get().accepted is True
    event = told.call.events.filter(kind="recordings.state").latest("seq")
    assert (event.data["cause"], event.actor) == ("withdrawn", told.customer.uuid)
    told.call.refresh_from_db()
    assert told.call.state == "connecting", "the call goes on"
    with pytest.raises(Conflict):
        steps.withdraw_by_customer(told.call, by=alice(told))
    assert_replay_equals_snapshot(told.call)


def test_nothing_begins_again_by_itself(people: People, given: Given) -> None:
    told, _claim = running(people)
    steps.withdraw_by_customer(told.call, by=alice(told))
    told.requeue()
    told.answer(people.beth)
    run_duties()
    assert Recording.objects.count() == 1 and told.state == "finalising"


def test_withdrawn_while_the_call_waits_again(people: People, given: Given) -> None:
    told, _claim = running(people)
    told.requeue()
    run_duties()
    assert told.recording.cause == "waiting"
    assert steps.withdraw_by_customer(told.call, by=alice(told)) == "finalising"
    told.answer(people.beth)
    assert Recording.objects.count() == 1, "the consent that was given is none any more"


def test_a_yes_in_the_queue_is_taken_back_before_anything_began(people: People, given: Given) -> None:
    told = story(people)
    told.say(True)
    assert told.state == "asked"
    assert steps.withdraw_by_customer(told.call, by=alice(told)) == "refused"
    told.answer()
    assert told.state == "refused" and given.record == []


def test_a_yes_that_nobody_has_written_down_yet_is_taken_back(people: People, given: Given) -> None:
    told = story(people)
    prompts.answer(told.prompt.uuid, by=told.customer.uuid, accept=True, answer={})  # its duty comes later
    assert steps.withdraw_by_customer(told.call, by=alice(told)) == "refused"
    run_duties()
    told.answer()
    assert told.state == "refused" and given.record == [] and not consents.given(told.call)


def test_without_a_yes_there_is_nothing_to_withdraw(people: People, given: Given) -> None:
    told = story(people)
    with pytest.raises(Conflict):
        steps.withdraw_by_customer(told.call, by=alice(told))
    assert told.state == "asked" and told.prompt.state == "open", "the question itself is answered by its prompt"
    assert not AuditEntry.objects.filter(action="recording.withdrawn").exists()


def test_staff_may_ask_again_as_often_as_always(people: People, given: Given) -> None:
    told, _claim = running(people)
    for _ in range(2):
        steps.withdraw_by_customer(told.call, by=alice(told))
        assert steps.start_by_hand(told.call, by=told.staff()) == "asked", "not without a new question"
        told.say(True)
        assert told.state == "starting"
    steps.withdraw_by_customer(told.call, by=alice(told))
    with pytest.raises(Refused) as refused:
        steps.start_by_hand(told.call, by=told.staff())
    assert refused.value.code == "asked_enough"
    assert Prompt.objects.filter(call=told.call).count() == 3
