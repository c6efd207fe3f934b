"""Offers: rung at one agent, and every way in which that ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from agents.models import Offer, Presence
from agents.services import desk, matching, offers, presence, wrap_up
from rtc_service import clock
from rtc_service.exceptions import BadRequest, NotYours, Taken
from rtc_service.models import Call
from rtc_service.services import calls, participants, sweeps
from rtc_service.testing import assert_replay_equals_snapshot, customer, later, request_call
from tests.harness.people import People, agent


def state_of(user: object) -> str:
    return str(Presence.objects.get(user_id=user.pk).state)  # type: ignore[attr-defined]


def rung(people: People, *ready: object) -> tuple[Call, Offer]:
    """Alice's call, offered to the first of the ready agents (bob)."""
    for user in ready or (people.bob,):
        presence.ready(user.pk)  # type: ignore[attr-defined]
    call, _leg = request_call(people.alice)
    call.refresh_from_db()
    return call, Offer.objects.get(call=call, state="open")


def test_a_request_rings_the_agent_who_is_ready(people: People) -> None:
    call, offer = rung(people)
    assert (call.state, offer.user_id, offer.number, state_of(people.bob)) == ("ringing", people.bob.pk, 1, "reserved")
    shown = desk.read(people.bob.pk)["offer"]
    assert (shown["customer"], shown["title"], shown["seconds"]) == ("A•••", "Teapot", 20.0)


def test_accept(people: People) -> None:
    call, offer = rung(people)
    offers.accept(offer.uuid, by=people.bob.pk)
    call.refresh_from_db()
    assert (call.state, call.staff_id, state_of(people.bob)) == ("connecting", people.bob.pk, "busy")
    with pytest.raises(Taken):
        offers.accept(offer.uuid, by=people.bob.pk)
    assert_replay_equals_snapshot(call)


def test_an_offer_to_somebody_else_is_nobody_elses(people: People) -> None:
    _call, offer = rung(people)
    for stranger in (people.beth.pk, people.charlie.user_id):
        with pytest.raises(NotYours):
            offers.accept(offer.uuid, by=stranger)
        with pytest.raises(NotYours):
            offers.decline(offer.uuid, by=stranger)


def test_declined_it_goes_to_the_next_and_not_back_at_once(people: People) -> None:
    call, offer = rung(people, people.bob, people.beth)
    offers.decline(offer.uuid, by=people.bob.pk, reason="break")
    for again in (offers.decline, offers.accept):
        with pytest.raises(Taken):
            again(offer.uuid, by=people.bob.pk)
    second = Offer.objects.get(call=call, state="open")
    assert (second.user_id, second.number, state_of(people.bob)) == (people.beth.pk, 2, "ready")
    offers.decline(second.uuid, by=people.beth.pk)
    assert not Offer.objects.filter(call=call, state="open").exists(), "both have just let it go by"
    with later(14):
        presence.renew([people.bob.pk, people.beth.pk])
    with later(31 - 14):
        presence.renew([people.bob.pk, people.beth.pk])
    with later(31):
        presence.renew([people.bob.pk, people.beth.pk])
        matching.run()
        assert Offer.objects.get(call=call, state="open").user_id in (people.bob.pk, people.beth.pk)
    assert_replay_equals_snapshot(call)


def test_why_an_agent_declines_is_not_told_to_the_customer(people: People) -> None:
    call, offer = rung(people)
    offers.decline(offer.uuid, by=people.bob.pk, reason="not_my_field")
    offer.refresh_from_db()
    assert offer.reason == "not_my_field"
    assert call.events.filter(kind="call.waiting").get().data == {"cause": "declined"}


def test_ringing_in_vain_does_not_lengthen_the_wait(people: People, core: Callable[..., None]) -> None:
    core(WAIT_SECONDS=60)
    call, offer = rung(people)
    with later(50):
        calls.back_to_queue(call, cause="declined")
        assert call.state_until is not None and round((call.state_until - call.requested).total_seconds()) == 60
    with later(61):
        sweeps.run_all()
    call.refresh_from_db()
    assert (call.state, call.end_reason) == ("ended", "no_agent")


def test_the_sweep_asks_a_fixed_number_of_questions(people: People, django_assert_num_queries: Any) -> None:
    for number in range(3):
        presence.ready(agent(f"agent{number}").pk)
        request_call(customer(f"customer{number}"))
    assert Offer.objects.filter(state="open").count() == 3
    with django_assert_num_queries(4 if connection.vendor == "postgresql" else 3):  # there the time is asked for, too
        assert offers.sweep() == 0


def test_unanswered_it_goes_to_the_next(people: People) -> None:
    call, _offer = rung(people, people.bob, people.beth)
    with later(21):
        presence.renew([people.bob.pk, people.beth.pk])
        offers.sweep()
    first, second = Offer.objects.filter(call=call).order_by("number")
    assert (first.state, second.state, second.user_id) == ("missed", "open", people.beth.pk)
    assert state_of(people.bob) == "ready"
    assert Presence.objects.get(user=people.bob).missed == 1


def test_missed_twice_is_away(people: People) -> None:
    rung(people)
    with later(21):
        presence.renew([people.bob.pk])
        offers.sweep()
    with later(60):
        presence.renew([people.bob.pk])
        matching.run()
        assert state_of(people.bob) == "reserved"
    with later(81):
        presence.renew([people.bob.pk])
        offers.sweep()
    row = Presence.objects.get(user=people.bob)
    assert (row.state, row.reason) == ("away", "missed")
    assert not matching.run()


def test_an_offer_too_old_is_not_accepted_even_before_the_sweep(people: People) -> None:
    _call, offer = rung(people)
    with later(21), pytest.raises(Taken):
        offers.accept(offer.uuid, by=people.bob.pk)


def test_cancelled_while_it_rings(people: People) -> None:
    call, offer = rung(people)
    calls.hang_up(call, by=call.participants.get())
    offer.refresh_from_db()
    assert (offer.state, state_of(people.bob)) == ("withdrawn", "ready")
    with pytest.raises(Taken):
        offers.accept(offer.uuid, by=people.bob.pk)
    assert state_of(people.bob) == "ready"


def test_an_agent_who_vanishes_while_it_rings(people: People) -> None:
    call, _offer = rung(people, people.bob, people.beth)
    with later(16):
        presence.renew([people.beth.pk])
        offers.sweep()
        sweeps.run_all()
    assert Offer.objects.get(call=call, state="open").user_id == people.beth.pk
    assert state_of(people.bob) == "offline"


def test_an_agent_who_vanishes_in_the_call(people: People) -> None:
    call, offer = rung(people)
    offers.accept(offer.uuid, by=people.bob.pk)
    calls.activate(call)
    charlie, _leg = request_call(people.charlie)
    participants.lost(call.participants.get(user=people.bob))
    with later(29):
        assert sweeps.lost_parties() == 0
    with later(31):
        assert sweeps.lost_parties() == 1
        presence.ready(people.beth.pk)
        matching.run()
    assert Offer.objects.get(state="open").call_id == call.pk, "she comes before charlie now"
    assert charlie.state == "waiting"
    assert_replay_equals_snapshot(call)


def test_an_agent_in_another_call_is_left_alone_by_the_old_one(people: People) -> None:
    """Bob lost alice's call, came back and has charlie's; alice's goes on being declined, missed, cancelled."""
    call, offer = rung(people)
    offers.accept(offer.uuid, by=people.bob.pk)
    calls.back_to_queue(call, cause="staff_lost", first=True)
    presence.ready(people.beth.pk)
    matching.run()
    presence.ready(people.bob.pk)
    request_call(people.charlie)
    offers.accept(Offer.objects.get(user=people.bob, state="open").uuid, by=people.bob.pk)
    offers.decline(Offer.objects.get(call=call, state="open").uuid, by=people.beth.pk)
    assert state_of(people.bob) == "busy"
    call.refresh_from_db()
    calls.end(call, reason="cancelled")
    assert state_of(people.bob) == "busy"


def test_after_the_call_comes_wrap_up_and_then_ready(people: People) -> None:
    call, offer = rung(people)
    offers.accept(offer.uuid, by=people.bob.pk)
    calls.end(call, reason="hang_up")
    assert state_of(people.bob) == "wrap_up"
    assert desk.read(people.bob.pk)["wrap_up"]["call"] == str(call.uuid)
    wrap_up.finish(call.uuid, by=people.bob.pk, code="sold", note="a teapot")
    assert state_of(people.bob) == "ready"


def test_wrap_up_ends_by_itself(people: People) -> None:
    call, offer = rung(people)
    offers.accept(offer.uuid, by=people.bob.pk)
    calls.end(call, reason="hang_up")
    with later(61):
        presence.renew([people.bob.pk])
        presence.sweep()
    assert state_of(people.bob) == "ready"


def test_whose_wrap_up_it_is(people: People) -> None:
    call, offer = rung(people)
    offers.accept(offer.uuid, by=people.bob.pk)
    calls.end(call, reason="hang_up")
    with pytest.raises(NotYours):
        wrap_up.finish(call.uuid, by=people.beth.pk, code="sold", note="")
    with pytest.raises(BadRequest):
        wrap_up.finish(call.uuid, by=people.bob.pk, code="no such code", note="")


def test_a_reservation_without_an_offer_is_set_free(people: People) -> None:
    presence.ready(people.bob.pk)
    Presence.objects.update(state="reserved")
    offers.sweep()
    assert state_of(people.bob) == "ready"


@pytest.mark.parametrize("state", ["reserved", "busy"])
def test_nobody_goes_ready_or_away_out_of_a_call(people: People, state: str) -> None:
    presence.of(people.bob.pk)
    Presence.objects.update(state=state)
    moves: list[Callable[[int], bool]] = [presence.ready, presence.away]
    assert not any(move(people.bob.pk) for move in moves)
    assert state_of(people.bob) == state


def test_a_lease_that_ran_out_is_offline(people: People) -> None:
    presence.ready(people.bob.pk)
    with later(14):
        assert presence.sweep() == 0
    with later(16):
        presence.sweep()
    row = Presence.objects.get(user=people.bob)
    assert (row.state, row.reason) == ("offline", "lost")
    assert row.since <= clock.after(16)
