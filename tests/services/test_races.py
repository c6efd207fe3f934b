"""Who is first wins, the others are told; nothing is done twice. In real threads, each with its own connection."""

from __future__ import annotations

import os
from functools import partial
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Count

from agents.models import Offer, Presence
from agents.services import matching, offers, presence
from rtc_service import registry
from rtc_service.exceptions import AlreadyInCall, Conflict, Taken
from rtc_service.models import Call, Event, Message
from rtc_service.services import calls, duties, messages, participants, sweeps
from rtc_service.signalling.protocol import CallRequest
from rtc_service.testing import assert_replay_equals_snapshot, customer, later, request_call
from tests.harness.people import People, ready_agent
from tests.harness.threads import at_once, bad, good

FULL = bool(os.environ.get("RTC_TEST_FULL"))


def rounds(postgres: int, sqlite: int) -> int:
    """SQLite writes one at a time anyway: there a few rounds are enough."""
    return (postgres if connection.vendor == "postgresql" else sqlite) * (5 if FULL else 1)


def assert_gapless(call: Call) -> None:
    seqs = list(Event.objects.filter(call=call).order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, len(seqs) + 1))
    assert Call.objects.get(pk=call.pk).last_seq == len(seqs)


def test_fifty_agents_one_call(people: People) -> None:
    users = get_user_model()._default_manager.bulk_create(get_user_model()(username=f"agent{n}") for n in range(50))
    for number in range(rounds(20, 2)):
        call, _leg = request_call(customer(f"customer{number}"))
        calls.ring(call, number=1, seconds=20)
        take = [partial(calls.answer, call, user_id=u.pk, name=u.username, version=call.version) for u in users]
        results = at_once(take)
        assert len(good(results)) == 1
        assert not bad(results, Conflict), bad(results, Conflict)
        call.refresh_from_db()
        assert call.staff_id == good(results)[0].user_id
        assert call.events.filter(kind="call.answered").count() == 1
        assert_gapless(call)
        assert_replay_equals_snapshot(call)
        calls.end(call, reason="forced")


def test_one_agent_clicks_accept_in_ten_tabs(people: People) -> None:
    presence.ready(people.bob.pk)
    call, _leg = request_call(people.alice)
    offer = Offer.objects.get(call=call, state="open")
    results = at_once([partial(offers.accept, offer.uuid, by=people.bob.pk)] * 10)
    assert len(good(results)) == 1 and not bad(results, Taken)


def test_the_customer_cancels_while_the_agent_accepts(people: People) -> None:
    for number in range(rounds(10, 4)):
        presence.of(people.bob.pk)
        Presence.objects.filter(user=people.bob).update(state="offline")
        presence.ready(people.bob.pk)
        call, leg = request_call(customer(f"customer{number}"))
        offer = Offer.objects.get(call=call, state="open")
        results = at_once([partial(offers.accept, offer.uuid, by=people.bob.pk), partial(calls.hang_up, call, by=leg)])
        assert not bad(results, Taken), results
        call.refresh_from_db()
        assert call.state == "ended" and call.staff_id is None
        assert call.events.filter(kind="call.ended").count() == 1
        answered = call.events.filter(kind="call.answered").exists()
        assert call.end_reason == ("hang_up" if answered else "cancelled")
        sweeps.run_all()
        assert Presence.objects.get(user=people.bob).state == ("wrap_up" if answered else "ready")
        assert not Offer.objects.filter(state="open").exists()
        assert_gapless(call)
        assert_replay_equals_snapshot(call)


def test_both_hang_up(people: People) -> None:
    call, customer_leg = request_call(people.alice)
    calls.ring(call, number=1, seconds=20)
    staff_leg = calls.answer(call, user_id=people.bob.pk, name="Bob", version=call.version)
    results = at_once([partial(calls.hang_up, call, by=leg) for leg in (customer_leg, staff_leg) * 4])
    assert sorted(results) == [False] * 7 + [True]
    assert_replay_equals_snapshot(call)


def test_eight_clicks_one_call(people: People) -> None:
    body = CallRequest(page_kind="product", title="Teapot")
    results = at_once([partial(calls.request, people.alice, body)] * 8)
    assert len(good(results)) == 1 and not bad(results, AlreadyInCall)
    assert Call.objects.count() == 1


def test_two_matchers_on_twenty_calls_and_ten_agents(people: People) -> None:
    made = [request_call(customer(f"customer{n}"))[0] for n in range(20)]
    agents = [ready_agent(f"agent{n}") for n in range(10)]
    results = at_once([matching.run] * 4)
    assert not bad(results)
    found = list(Offer.objects.filter(state="open").values_list("call_id", "user_id"))
    assert len(found) == 10 == sum(results)
    assert {user for _call, user in found} == {agent.pk for agent in agents}
    assert {call for call, _user in found} == {call.pk for call in made[:10]}, "the oldest ones"
    assert Presence.objects.filter(state="reserved").count() == 10
    assert Call.objects.filter(state="ringing").count() == 10
    for call in made:
        assert_replay_equals_snapshot(call)


def test_sweepers_at_once_move_everything_once(people: People) -> None:
    for number in range(6):
        ready_agent(f"agent{number}")
    ringing = [request_call(customer(f"ringing{n}"))[0] for n in range(6)]
    lost = [request_call(customer(f"lost{n}"))[1] for n in range(6)]
    for leg in lost:
        participants.lost(leg)
    with later(31):
        results = at_once([sweeps.run_all] * 4)
    assert not bad(results)
    doubled = (
        Event.objects.filter(kind__in=["call.waiting", "call.ended"]).values("call", "kind").annotate(n=Count("pk"))
    )
    assert {(row["kind"], row["n"]) for row in doubled} == {("call.waiting", 1), ("call.ended", 1)}
    assert Call.objects.filter(end_reason="lost").count() == 6
    assert not Offer.objects.filter(state="open").exists()
    for call in ringing:
        assert_gapless(call)
        assert_replay_equals_snapshot(call)


def test_twenty_workers_do_a_duty_once(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[int] = []
    monkeypatch.setitem(registry.get().duty_functions, "test.once", lambda event: done.append(event.pk))
    monkeypatch.setitem(registry.get().duties, "call.requested", ["test.once"])
    call, _leg = request_call(people.alice)
    duty = call.events.get(seq=1).duties.get()
    results = at_once([partial(duties.run, duty.pk)] * 20)
    assert sorted(results) == [False] * 19 + [True], results
    assert len(done) == 1


def test_ten_writers_leave_no_gap(people: People) -> None:
    call, leg = request_call(people.alice)

    def write(number: int) -> None:
        for line in range(10):
            messages.say(leg, client_id=uuid4(), body=f"{number} {line}")

    results = at_once([partial(write, number) for number in range(10)])
    assert not bad(results), bad(results)
    assert Message.objects.filter(call=call).count() == 100
    assert_gapless(call)
    assert_replay_equals_snapshot(call)


def test_the_same_line_from_two_sockets_is_kept_once(people: People) -> None:
    call, leg = request_call(people.alice)
    client_id = uuid4()
    results = at_once([partial(messages.say, leg, client_id=client_id, body="hello")] * 6)
    assert len({message.pk for message in good(results)}) == 1 and not bad(results)
    assert_gapless(call)
