"""Calls brought to where a recording is about to begin, without sockets; and what was asked of the workers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from recordings.models import Policy, Recording
from recordings.services import handover
from recordings.services.actors import Actor, of_leg
from rtc_service.models import Call, Participant, Prompt
from rtc_service.services import calls, prompts
from rtc_service.testing import request_call, run_duties
from tests.harness.people import People

URL = "ws://127.0.0.1:9/ws/rtc/"


@dataclass
class Given:
    """What the workers were asked for: uuids."""

    record: list[str] = field(default_factory=list)
    finalise: list[str] = field(default_factory=list)


@dataclass
class Story:
    """A call of alice's, and what happens in it."""

    people: People
    call: Call
    customer: Participant

    def answer(self, user: Any = None) -> Participant:
        """The call is taken; what is owed for it is done."""
        user = user or self.people.bob
        self.call.refresh_from_db()
        calls.ring(self.call, number=1, seconds=20)
        staff = calls.answer(self.call, user_id=user.pk, name=user.username, version=self.call.version)
        run_duties()
        return staff

    def requeue(self) -> None:
        self.call.refresh_from_db()
        calls.back_to_queue(self.call, cause="staff_lost", first=True)

    def end(self) -> None:
        assert calls.end(self.call, reason="hang_up")

    @property
    def prompt(self) -> Prompt:
        """The newest question."""
        return Prompt.objects.filter(call=self.call).latest("pk")

    def say(self, accept: bool) -> None:
        """Alice's answer, and what is owed for it."""
        prompts.answer(self.prompt.uuid, by=self.customer.uuid, accept=accept, answer={})
        run_duties()

    @property
    def recording(self) -> Recording:
        """The newest one."""
        return Recording.objects.filter(call=self.call).select_related("call", "leg").latest("pk")

    @property
    def state(self) -> str:
        return str(self.recording.state)

    def told(self) -> list[str]:
        """What the log says of recordings, in order."""
        events = self.call.events.filter(kind="recordings.state").order_by("seq")
        return [event.data["state"] for event in events]

    def staff(self) -> Actor:
        return of_leg(self.call.participants.get(role="staff", left__isnull=True))


def story(people: People, **policy: Any) -> Story:
    """Alice has called, and her queue's policy has been looked at."""
    Policy.objects.update_or_create(queue="", defaults={"start": "auto", **policy})
    call, leg = request_call(people.alice)
    run_duties()
    return Story(people, call, leg)


def started(people: People) -> Story:
    """Alice has said yes, bob has answered: a recorder is asked for."""
    told = story(people)
    told.say(True)
    told.answer()
    assert told.state == "starting"
    return told


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Given:
    """Recording is set up; the workers are asked and do nothing."""
    section = settings.RTC_SERVICE.get("recordings", {})
    settings.RTC_SERVICE = {**settings.RTC_SERVICE, "recordings": {**section, "SIGNALLING_URL": URL}}
    found = Given()
    monkeypatch.setattr(handover, "give_record", found.record.append)
    monkeypatch.setattr(handover, "give_finalise", found.finalise.append)
    return found


__all__ = ["URL", "Given", "Story", "given", "started", "story"]
