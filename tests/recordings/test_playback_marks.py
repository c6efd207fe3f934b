"""What happened in the call, as marks on the recording's time line."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from recordings.views import marks
from rtc_service.models import Call
from rtc_service.services import participants, timeline, visitors
from rtc_service.states import LegKind, Role
from tests.admin import seeding


@pytest.fixture
def call(alice: Any, bob: Any) -> Call:
    """Answered, a chat, a cut of 6 s after 90 s, weak between 80 and 115 s, hung up after 248 s."""
    return seeding.whole_call(visitors.for_user(alice.pk, name="Alice Liddell"), bob)


def stretch(call: Call, *, after: float = 0.0, seconds: float = 240.0) -> marks.Stretch:
    assert call.answered is not None
    return marks.Stretch(call.answered + timedelta(seconds=after), seconds)


def test_cuts_weak_links_chats_and_questions_stand_where_they_happened(call: Call) -> None:
    found = marks.of(call, stretch(call), chat=True)
    kinds = {mark.kind for mark in found}
    assert {"message", "media", "link.stale", "participant.lost", "participant.back", "weak", "prompt.asked"} <= kinds
    assert [mark.at for mark in found] == sorted(mark.at for mark in found)
    at = {mark.kind: mark.at for mark in found}
    assert at["participant.back"] - at["participant.lost"] == pytest.approx(6.2, abs=0.3)
    weak = [mark for mark in found if mark.kind == "weak"]
    assert [(mark.text, mark.at) for mark in weak] == [("Weak connection: A•••", pytest.approx(81, abs=6))]


def test_only_what_happened_while_it_was_recorded_is_marked(call: Call) -> None:
    found = marks.of(call, stretch(call, after=20, seconds=10), chat=True)
    assert [(mark.kind, round(mark.at)) for mark in found] == [("message", 9)]


def test_the_recorder_itself_is_no_part_of_the_conversation(call: Call) -> None:
    with seeding.time_from((call.answered - call.requested).total_seconds() - 3600 + 50):  # type: ignore[operator]
        leg = call.participants.create(role=Role.RECORDER, kind=LegKind.RECORD, joined=call.requested)
        event = timeline.append(call, "participant.lost", data={"participant": str(leg.uuid), "role": leg.role})
    span = stretch(call)
    assert span.holds(event.at)
    assert event.at not in [mark.moment for mark in marks.of(call, span, chat=True)]


def test_a_camera_that_was_switched_off_is_told_from_when_to_when(alice: Any, bob: Any) -> None:
    with seeding.time_from(-600) as time:
        call = seeding.waiting(visitors.for_user(alice.pk, name="Alice"))
        customer, _staff, _link = seeding.answered(call, bob, "Bob")
        for seconds, camera, screen in ((10, False, False), (20, True, False), (50, False, False), (55, False, True)):
            time.forward(seconds - (time.at + 600))
            participants.set_media(customer, {"camera": camera, "microphone": True, "screen": screen})
    call.refresh_from_db()
    spans = marks.switched_off(call, customer, stretch(call, seconds=60))
    assert spans == [[pytest.approx(10, abs=0.3), pytest.approx(20, abs=0.3)],
                     [pytest.approx(50, abs=0.3), pytest.approx(55, abs=0.3)]]  # fmt: skip
