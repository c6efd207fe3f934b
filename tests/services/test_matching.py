"""Which call goes to whom."""

from __future__ import annotations

from django.contrib.auth import get_user_model

from agents.models import AgentProfile, Offer, Presence
from agents.services import matching, presence
from rtc_service.models import Call
from rtc_service.testing import customer, later, request_call
from tests.harness.people import People, ready_agent


def waiting(*names: str) -> list[Call]:
    return [request_call(customer(name))[0] for name in names]


def offered() -> list[tuple[int, int]]:
    """(call, agent) of the open offers, oldest first."""
    return list(Offer.objects.filter(state="open").order_by("pk").values_list("call_id", "user_id"))


def test_the_oldest_call_first(people: People) -> None:
    first, _second = waiting("one", "two")
    presence.ready(people.bob.pk)
    assert matching.run() == 1
    assert offered() == [(first.pk, people.bob.pk)]


def test_priority_goes_before_age(people: People) -> None:
    _first, second = waiting("one", "two")
    Call.objects.filter(pk=second.pk).update(priority=10)
    presence.ready(people.bob.pk)
    matching.run()
    assert offered() == [(second.pk, people.bob.pk)]


def test_the_longest_idle_agent_first(people: People) -> None:
    presence.ready(people.bob.pk)
    with later(1):
        presence.ready(people.beth.pk)
    with later(2):
        presence.renew([people.bob.pk])  # a renewed lease is no new idle time
        (call,) = waiting("one")
    assert offered() == [(call.pk, people.bob.pk)]


def test_each_call_one_agent_each_agent_one_call(people: People) -> None:
    calls = waiting("one", "two", "three")
    presence.ready(people.bob.pk)
    presence.ready(people.beth.pk)
    assert matching.run() == 2
    assert matching.run() == 0
    assert sorted(call for call, _user in offered()) == sorted(call.pk for call in calls[:2])


def test_who_cannot_take_calls_is_not_rung(people: People) -> None:
    off, away, stale, gone, unemployed = (ready_agent(n) for n in ("off", "away", "stale", "gone", "unemployed"))
    Presence.objects.filter(user=off).update(state="offline")
    presence.away(away.pk)
    get_user_model()._default_manager.filter(pk=gone.pk).update(is_active=False)
    AgentProfile.objects.filter(user=unemployed).update(active=False)
    with later(16):
        presence.renew([u.pk for u in (off, away, gone, unemployed)])
        waiting("one")
        assert matching.run() == 0
        assert offered() == []
        presence.renew([stale.pk])
        assert matching.run() == 1
    assert offered()[0][1] == stale.pk
