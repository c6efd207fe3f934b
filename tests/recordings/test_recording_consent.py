"""Nothing is captured without the customer's consent, which is asked in stored words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from recordings.models import Consent, Recording, Segment, Wording
from recordings.services import consents, steps
from rtc_service import clock
from rtc_service.exceptions import Refused
from rtc_service.models import AuditEntry, Call, Link, Participant, Prompt
from rtc_service.services import prompts, timeline
from rtc_service.testing import assert_replay_equals_snapshot, later, request_call, run_duties
from tests.harness.people import People
from tests.recordings.calls import Given, Story, given, story

__all__ = ["given"]


def nothing_captured(told: Story) -> None:
    assert not Segment.objects.exists()
    assert not Participant.objects.filter(role="recorder").exists()
    assert not Link.objects.filter(kind="record").exists()
    assert_replay_equals_snapshot(told.call)


def test_the_question_comes_in_the_customers_language_and_is_kept(people: People, given: Given) -> None:
    Wording.objects.all().delete()
    Wording.objects.create(version="1", language="en", text="old", created=clock.now())
    Wording.objects.create(version="2", language="en", text="May we?", created=clock.now())
    Wording.objects.create(version="2", language="zh-hans", text="可以吗？", created=clock.now())
    told = story(people)
    assert told.prompt.kind == "recordings.consent"
    assert told.prompt.payload == {"version": "2", "text": "May we?", "language": "en"}
    consent = Consent.objects.get(call=told.call)
    assert (consent.wording.version, consent.accepted, consent.answered) == ("2", None, None)
    assert consents.wording_for("zh-CN").text == "可以吗？"
    assert consents.wording_for("fr").text == "May we?"
    told.say(True)
    consent.refresh_from_db()
    assert consent.accepted is True and consent.answered is not None
    assert told.prompt.wording_version == "2"


def test_a_database_without_wordings_asks_all_the_same(people: People, given: Given) -> None:
    Wording.objects.all().delete()
    told = story(people)
    assert "record" in told.prompt.payload["text"]
    assert Wording.objects.get().version == "1"


@pytest.mark.parametrize("policy", ["off", "manual"])
def test_nobody_is_asked_unless_the_policy_says_so(people: People, given: Given, policy: str) -> None:
    told = story(people, start=policy)
    told.answer()
    assert not Prompt.objects.exists() and not Recording.objects.exists()
    nothing_captured(told)


def test_nobody_is_asked_where_nothing_can_be_recorded(people: People, given: Given, core: Callable[..., None]) -> None:
    core("recordings", SIGNALLING_URL="")
    told = story(people)
    told.answer()
    assert not Prompt.objects.exists()
    with pytest.raises(Refused) as refusal:
        steps.start_by_hand(told.call, by=told.staff())
    assert refusal.value.code == "recording_off"


def test_who_says_no_is_served_the_same_and_not_recorded(people: People, given: Given) -> None:
    told = story(people)
    told.say(False)
    told.answer()
    assert told.state == "refused" and told.recording.cause == "declined"
    assert Consent.objects.get().accepted is False
    assert Call.objects.get().state == "connecting"
    entry = AuditEntry.objects.get(action="recording.refused")
    assert entry.actor == f"v:{people.alice.uuid}"
    assert not given.record
    nothing_captured(told)


def test_who_does_not_answer_is_not_recorded(people: People, given: Given) -> None:
    told = story(people)
    told.answer()
    with later(601):
        prompts.sweep()
        run_duties()
    assert told.state == "refused" and told.recording.cause == "expired"
    assert Consent.objects.get().accepted is None
    nothing_captured(told)


def test_who_leaves_before_answering_is_not_recorded(people: People, given: Given) -> None:
    told = story(people)
    told.end()
    run_duties()
    assert told.state == "refused" and told.recording.cause == "withdrawn"
    nothing_captured(told)


def test_a_yes_to_a_call_that_nobody_answered_comes_to_nothing(people: People, given: Given) -> None:
    told = story(people)
    told.say(True)
    assert told.state == "asked", "it waits for the answer of the call"
    told.end()
    run_duties()
    assert told.state == "refused" and told.recording.cause == "ended"
    nothing_captured(told)


def test_a_yes_in_the_call_starts_at_once(people: People, given: Given) -> None:
    told = story(people)
    told.answer()
    assert told.state == "asked" and not given.record
    told.say(True)
    assert told.state == "starting"
    assert given.record == [str(told.recording.uuid)]
    assert_replay_equals_snapshot(told.call)


def test_staff_asks_again_three_times_at_most(people: People, given: Given) -> None:
    told = story(people, start="manual")
    told.answer()
    for _ in range(3):
        assert steps.start_by_hand(told.call, by=told.staff()) == "asked"
        assert steps.start_by_hand(told.call, by=told.staff()) == "asked", "pressed twice is asked once"
        told.say(False)
        assert told.state == "refused"
    with pytest.raises(Refused) as refusal:
        steps.start_by_hand(told.call, by=told.staff())
    assert refusal.value.code == "asked_enough"
    assert Consent.objects.count() == 3
    nothing_captured(told)


def test_a_no_stands_until_staff_asks_again(people: People, given: Given) -> None:
    told = story(people)
    told.say(False)
    told.answer()
    run_duties()
    assert Prompt.objects.count() == 1 and told.state == "refused"
    assert steps.start_by_hand(told.call, by=told.staff()) == "asked"
    told.say(True)
    assert told.state == "starting"


def test_a_late_word_about_an_older_question_changes_nothing(people: People, given: Given) -> None:
    told = story(people)
    told.say(False)
    told.answer()
    steps.start_by_hand(told.call, by=told.staff())
    steps.answered(Consent.objects.earliest("pk"), by=told.staff())
    assert told.state == "asked"


def test_staff_takes_the_question_back(people: People, given: Given) -> None:
    told = story(people, start="manual")
    told.answer()
    steps.start_by_hand(told.call, by=told.staff())
    assert steps.stop_by_hand(told.call, by=told.staff()) == "refused"
    run_duties()
    assert told.prompt.state == "withdrawn" and told.state == "refused"
    nothing_captured(told)


def test_calls_of_a_queue_that_is_never_recorded(people: People, given: Given) -> None:
    told = story(people, start="off")
    told.answer()
    with pytest.raises(Refused):
        steps.start_by_hand(told.call, by=told.staff())
    nothing_captured(told)


def test_the_customer_reads_the_state_and_not_the_alarms(people: People, given: Given) -> None:
    call, _leg = request_call(people.alice)
    row = {"kind": "recordings.alarm", "data": {"problem": "black"}, "actor": None, "seq": 1, "call": str(call.uuid)}
    assert timeline.visible(row, "customer")["data"] == {}
    assert timeline.visible(row, "staff")["data"] == {"problem": "black"}
    assert timeline.visible({**row, "kind": "recordings.state"}, "customer")["data"]
