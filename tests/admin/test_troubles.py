"""Abnormal calls by cause: one call is planted for each, and each filter finds exactly its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from rtc_service import clock
from rtc_service.admin import troubles
from rtc_service.models import Alert, Call, Participant, QualitySample
from rtc_service.services import calls, links, participants, quality, visitors
from rtc_service.states import EndReason

from . import seeding

LIST = "admin:rtc_service_call_changelist"
GOOD = {"rtt_ms": 40.0, "loss": 0.001, "bitrate": 1_600_000, "bitrate_out": 1_500_000, "fps": 30.0, "frozen": 0.0,
        "latency_ms": 90.0}  # fmt: skip


def shown(office: Client, **query: str) -> set[str]:
    answer = office.get(reverse(LIST), query)
    assert answer.status_code == 200
    return {str(call) for call in answer.context["cl"].result_list}


def windows(leg: Participant, *changes: dict[str, Any], seconds: float = 5.0, apart: float = 0.0) -> None:
    """Neighbouring windows of one leg: the usual values with these changes."""
    start = clock.now()
    for number, change in enumerate(changes):
        at = start + timedelta(seconds=number * (seconds + apart))
        values = {key: value for key, value in (GOOD | change).items() if value is not None}
        quality.sum_up(QualitySample.objects.create(participant=leg, window_start=at, seconds=seconds, values=values))


class Talk:
    """A call of somebody new with `bob`, in which media runs both ways; `end()` hangs up."""

    def __init__(self, bob: Any, *, media: str = "video", stands: bool = True) -> None:
        self.call = seeding.waiting(visitors.for_guest(), media=media)
        self.customer, self.staff, self.link = seeding.answered(self.call, bob, "Bob")
        if stands:
            seeding.up(self.link)
            calls.activate(self.call)

    def end(self, **reason: Any) -> Call:
        if reason:
            calls.end(self.call, **reason)
        else:
            calls.hang_up(self.call, by=self.staff)
        self.call.refresh_from_db()
        return self.call


def measured(bob: Any, customer: list[dict[str, Any]], staff: list[dict[str, Any]] | None = None) -> Call:
    talk = Talk(bob)
    windows(talk.customer, *customer)
    windows(talk.staff, *(staff or [{}] * len(customer)))
    return talk.end()


def healthy(bob: Any) -> Call:
    """Bad windows too, but never two in a row."""
    return measured(bob, [{}, {"loss": 0.5, "rtt_ms": 2000.0, "fps": 1.0, "frozen": 1.0, "latency_ms": 4000.0}, {}, {}])


def without_media(bob: Any) -> Call:
    talk = Talk(bob, stands=False)
    calls.activate(talk.call, cause="no_media")
    return talk.end()


def deaf_customer(bob: Any) -> Call:
    return measured(bob, [{"bitrate": None, "fps": None, "frozen": None, "loss": None}] * 4)


def dropped(bob: Any) -> Call:
    return Talk(bob).end(reason=EndReason.LOST)


def cut(bob: Any) -> Call:
    talk = Talk(bob)
    talk.link.refresh_from_db()
    links.report(talk.link, talk.customer.uuid, 1, "stale", cause="no_packets")
    return talk.end()


def lossy(bob: Any) -> Call:
    return measured(bob, [{}, {"loss": 0.3}, {"loss": 0.06}, {}])


def slow(bob: Any) -> Call:
    return measured(bob, [{}] * 3, [{}, {"latency_ms": 900.0}, {"latency_ms": 700.0}])


def jerky(bob: Any) -> Call:
    return measured(bob, [{"fps": 6.0}, {"fps": 9.0}, {}])


def unrecorded(bob: Any) -> Call:
    call = Talk(bob).end()
    Alert.objects.create(code="recordings.no_sound", key=f"test:{call.uuid}", call=call, raised=clock.now())
    return call


PLANTED: dict[str, Callable[[Any], Call]] = {
    "no_media": without_media,
    "one_way": deaf_customer,
    "dropped": dropped,
    "cuts": cut,
    "loss": lossy,
    "latency": slow,
    "picture": jerky,
    "recording": unrecorded,
}


@pytest.fixture
def planted(db: None, bob: Any) -> dict[str, str]:
    """cause → call; and one healthy call that no filter may find."""
    return {name: str(plant(bob)) for name, plant in ({"": healthy} | PLANTED).items()}


def test_every_cause_is_planted_here():
    assert {trouble.name for trouble in troubles.known()} == set(PLANTED)


def test_each_filter_finds_exactly_its_own(office: Client, planted: dict[str, str]):
    found = {name: shown(office, trouble=name) for name in PLANTED}
    assert found == {name: {planted[name]} for name in PLANTED}
    assert shown(office) == set(planted.values())


def test_the_list_marks_each_call_with_its_cause(office: Client, planted: dict[str, str]):
    rows = {str(call): [trouble.name for trouble in call.troubles] for call in
            office.get(reverse(LIST)).context["cl"].result_list}  # fmt: skip
    assert rows == {call: [name] if name else [] for name, call in planted.items()}


def test_the_definition_stands_beside_the_filter_with_the_limits_in_force(office: Client, settings: Any):
    core = settings.RTC_SERVICE["core"] | {"ABNORMAL_LOSS": 0.17}
    settings.RTC_SERVICE = settings.RTC_SERVICE | {"core": core}
    html = office.get(reverse(LIST), {"trouble": "loss"}).content.decode()
    assert "A party lost more than 17 % of the packets over 10 s." in html
    assert "camera to screen" not in html


def test_the_limits_are_settings(office: Client, bob: Any, settings: Any):
    call = str(lossy(bob))
    assert shown(office, trouble="loss") == {call}
    core = settings.RTC_SERVICE["core"] | {"ABNORMAL_LOSS": 0.06}
    settings.RTC_SERVICE = settings.RTC_SERVICE | {"core": core}
    assert shown(office, trouble="loss") == set()


def test_two_bad_windows_with_a_gap_between_them_do_not_last(office: Client, bob: Any):
    talk = Talk(bob)
    windows(talk.customer, {"loss": 0.4}, {"loss": 0.4}, apart=20.0)
    talk.end()
    assert shown(office, trouble="loss") == set()


def test_who_switched_everything_off_deafens_nobody(office: Client, bob: Any):
    silence = {"bitrate": None, "fps": None, "frozen": None, "loss": None}
    measured(bob, [silence] * 4, [{"bitrate_out": 0}] * 4)
    assert shown(office, trouble="one_way") == set()


def test_a_few_deaf_seconds_at_the_beginning_are_not_one_way(office: Client, bob: Any):
    measured(bob, [{"bitrate": None}] * 2, [{}] * 4)
    measured(bob, [{"bitrate": None}] * 4 + [{}])
    assert shown(office, trouble="one_way") == set()


def test_a_link_that_stood_for_one_end_only_is_one_way_and_not_without_media(office: Client, bob: Any):
    talk = Talk(bob, stands=False)
    links.report(talk.link, talk.customer.uuid, 1, "up", route=seeding.ROUTE)
    calls.activate(talk.call, cause="no_media")
    call = str(talk.end())
    assert shown(office, trouble="one_way") == {call}
    assert shown(office, trouble="no_media") == set()


def test_media_that_came_late_was_there(office: Client, bob: Any):
    talk = Talk(bob, stands=False)
    calls.activate(talk.call, cause="no_media")
    seeding.up(talk.link)
    talk.end()
    assert shown(office, trouble="no_media") == shown(office, trouble="one_way") == set()


def test_a_text_chat_misses_no_media(office: Client, bob: Any):
    talk = Talk(bob, media="text", stands=False)
    calls.activate(talk.call, cause="no_media")
    talk.end()
    assert shown(office, trouble="no_media") == set()


def test_a_party_that_lost_the_server_was_dropped(office: Client, bob: Any):
    talk = Talk(bob)
    participants.lost(talk.customer)
    call = str(talk.end())
    assert shown(office, trouble="dropped") == {call}


def test_a_shared_screen_needs_no_pictures(office: Client, bob: Any):
    talk = Talk(bob)
    participants.set_media(talk.staff, {"camera": False, "microphone": True, "screen": True})
    windows(talk.customer, *[{"fps": 1.0}] * 3)
    talk.end()
    assert shown(office, trouble="picture") == set()
