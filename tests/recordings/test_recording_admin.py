"""The admin's pages about recordings: who sees them, what can be changed there, and what the log says in words."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from recordings.admin.sentences import ALARMS, CAUSES, STATES
from recordings.models import Consent, Hold, Policy, RecordingState, Wording
from recordings.services import alarms
from recordings.services.steps import pause_by_hand
from rtc_service import clock, groups
from rtc_service.admin import sentences
from rtc_service.models import AuditEntry, Event
from tests.harness.people import People
from tests.recordings.calls import Given, Story, given, started, story

__all__ = ["given"]

PAGES = ("policy", "wording", "consent", "recording", "hold")


def page(name: str, *args: Any) -> str:
    kind = "change" if args else "changelist"
    return reverse(f"admin:rtc_recordings_{name}_{kind}", args=args)


@pytest.fixture
def dora(people: People) -> Client:
    """A supervisor; what the migration grants, should an earlier test have emptied the tables."""
    rights = Permission.objects.filter(content_type__app_label__in=["rtc_recordings", "rtc_service"])
    wanted = {"view", "play", "hold", "change", "add"}
    Group.objects.get(name=groups.SUPERVISOR).permissions.add(
        *[one for one in rights if one.codename.partition("_")[0] in wanted]
    )
    client = Client()
    client.force_login(people.dora)
    return client


def test_every_page_opens_with_a_few_queries(
    people: People, given: Given, dora: Client, django_assert_max_num_queries: Any
) -> None:
    told = started(people)
    Hold.objects.create(recording=told.recording, reason="a lawyer asks", placed=clock.now(), placed_by=people.dora)
    for name in PAGES:
        with django_assert_max_num_queries(16):
            assert dora.get(page(name)).status_code == 200
    assert dora.get(page("recording", told.recording.pk)).status_code == 200
    consent = dora.get(page("consent", Consent.objects.get().pk)).content.decode()
    assert "Alice" not in consent and "A•••" in consent, "the customer's name is masked"


def test_agents_and_strangers_see_nothing(people: People, given: Given) -> None:
    started(people)
    for user in (people.bob, people.alice.user):
        user.is_staff = True
        user.save()
        client = Client()
        client.force_login(user)
        for name in PAGES:
            assert client.get(page(name)).status_code == 403, name
    assert Client().get(page("recording")).status_code == 302


def test_nothing_of_a_recording_is_edited(people: People, given: Given, dora: Client) -> None:
    told = started(people)
    assert dora.post(page("recording", told.recording.pk), {"state": "ready"}).status_code == 403
    assert dora.post(page("consent", Consent.objects.get().pk), {"accepted": "on"}).status_code == 403
    assert dora.post(reverse("admin:rtc_recordings_recording_delete", args=[told.recording.pk])).status_code == 403
    assert told.state == "starting"


def test_a_recording_is_found_by_its_call(people: People, given: Given, dora: Client) -> None:
    told = started(people)
    found = dora.get(page("recording"), {"q": str(told.call.uuid)[:8]}).content.decode()
    assert str(told.recording) in found
    assert str(told.recording) not in dora.get(page("recording"), {"q": "00000000"}).content.decode()


def test_a_policy_is_changed_and_audited(people: People, given: Given, dora: Client) -> None:
    story(people)
    policy = Policy.objects.get(queue="")
    answer = dora.post(page("policy", policy.pk), {"queue": "", "start": "off", "keep_days": "30"})
    assert answer.status_code == 302
    policy.refresh_from_db()
    assert (policy.start, policy.keep_days) == ("off", 30)
    assert AuditEntry.objects.filter(action="admin.changed", user=people.dora).exists()
    refused = dora.post(page("policy", policy.pk), {"queue": "", "start": "off", "keep_days": "0"})
    assert refused.status_code == 200 and Policy.objects.get(queue="").keep_days == 30


def test_words_are_added_and_those_that_were_used_stay(people: People, given: Given, dora: Client) -> None:
    told = story(people)
    used = Consent.objects.get().wording
    values = {"version": "9", "language": "en", "text": "May we, please?"}
    assert dora.post(page("wording", used.pk), values).status_code == 403
    assert dora.post(reverse("admin:rtc_recordings_wording_delete", args=[used.pk])).status_code == 403
    assert dora.post(reverse("admin:rtc_recordings_wording_add"), values).status_code == 302
    fresh = Wording.objects.get(version="9")
    assert dora.post(page("wording", fresh.pk), values | {"text": "May we now?"}).status_code == 302
    told.end()
    again = story(people)
    assert again.prompt.payload["text"] == "May we now?"
    assert Consent.objects.earliest("pk").wording.text == used.text


def test_a_hold_is_placed_with_a_reason_and_lifted(people: People, given: Given, dora: Client) -> None:
    told = started(people)
    add, values = reverse("admin:rtc_recordings_hold_add"), {"recording": told.recording.pk, "reason": "x"}
    assert dora.post(add, values).status_code == 200 and not Hold.objects.exists()
    assert dora.post(add, values | {"reason": "A lawyer asks for it"}).status_code == 302
    hold = Hold.objects.get()
    assert hold.placed_by == people.dora and AuditEntry.objects.filter(action="recording.held").count() == 1
    act = {"action": "lift", "_selected_action": [hold.pk]}
    assert dora.post(page("hold"), act).status_code == 302
    hold.refresh_from_db()
    assert hold.lifted is not None and hold.lifted_by == people.dora
    assert AuditEntry.objects.filter(action="recording.hold_lifted").count() == 1


def test_the_call_page_tells_it_in_words(people: People, given: Given, dora: Client) -> None:
    told: Story = started(people)
    pause_by_hand(told.call, by=told.staff())
    staff = told.call.participants.get(role="staff")
    alarms.switch(told.recording, "black", on=True, participant=staff.uuid)
    shown = dora.get(reverse("admin:rtc_service_call_change", args=[told.call.pk])).content.decode()
    for words in (
        "The customer was asked whether the call may be recorded",
        "The recording is being started",
        "bob paused the recording",
        "The recorder gets only black pictures from bob",
    ):
        assert words in shown, words


def test_every_state_and_problem_has_words() -> None:
    assert set(STATES) | {"paused"} == set(RecordingState.values)
    assert {problem for problem, _ in ALARMS} == set(alarms.PROBLEMS)
    for state in RecordingState.values:
        for cause in ("", *CAUSES):
            event = Event(kind="recordings.state", data={"state": state, "cause": cause}, actor=None)
            icon, text = sentences.tell(event, {})
            assert icon == "record" and text.startswith(("The ", "There ")) and f": {cause}" not in text.split(), text
