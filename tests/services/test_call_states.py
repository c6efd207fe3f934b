"""The call's states: what may follow what, and the log tells the same story as the rows after each step."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rtc_service.exceptions import AlreadyInCall, Conflict, Taken
from rtc_service.models import Call, Link
from rtc_service.services import calls, sweeps
from rtc_service.states import TRANSITIONS, CallState, Role
from rtc_service.testing import assert_replay_equals_snapshot, later, request_call
from tests.harness.people import People

STATES = ("waiting", "ringing", "connecting", "active", "ended")


def steps(bob: int) -> dict[str, Callable[[Call], object]]:
    """Event kind → the service that writes it."""
    return {
        "call.ringing": lambda call: calls.ring(call, number=1, seconds=20),
        "call.answered": lambda call: calls.answer(call, user_id=bob, name="Bob", version=call.version),
        "call.active": lambda call: calls.activate(call),
        "call.waiting": lambda call: calls.back_to_queue(call, cause="declined"),
        "call.ended": lambda call: calls.end(call, reason="forced"),
    }


def call_in(state: str, people: People) -> Call:
    call, _leg = request_call(people.alice)
    do = steps(people.bob.pk)
    if state == "ended":
        do["call.ended"](call)
    for kind in ("call.ringing", "call.answered", "call.active")[: STATES.index(state)] if state != "ended" else ():
        do[kind](call)
    call.refresh_from_db()
    assert call.state == state
    return call


@pytest.mark.parametrize("kind", list(TRANSITIONS))
@pytest.mark.parametrize("state", STATES)
def test_each_step_from_each_state(people: People, state: str, kind: str) -> None:
    call = call_in(state, people)
    sources, target = TRANSITIONS[kind]
    before = (call.state, call.version, call.last_seq)
    try:
        moved = steps(people.bob.pk)[kind](call) is not False
    except Conflict:
        moved = False
    call.refresh_from_db()
    assert moved == (CallState(state) in sources)
    if moved:
        assert (call.state, call.version) == (target, before[1] + 1)
        assert call.events.filter(kind=kind).exists()
    else:
        assert (call.state, call.version, call.last_seq) == before, "a refused step leaves nothing behind"
    assert_replay_equals_snapshot(call)


def test_seq_counts_every_event_from_one(people: People) -> None:
    call = call_in("active", people)
    calls.end(call, reason="forced")
    seqs = list(call.events.order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, len(seqs) + 1))
    call.refresh_from_db()
    assert call.last_seq == seqs[-1]


def test_a_version_that_moved_on_does_not_answer(people: People) -> None:
    call = call_in("ringing", people)
    with pytest.raises(Conflict):
        calls.answer(call, user_id=people.bob.pk, name="Bob", version=call.version - 1)


def test_one_open_call_per_customer(people: People) -> None:
    call_in("active", people)
    with pytest.raises(AlreadyInCall):
        request_call(people.alice)


def test_one_live_call_per_agent(people: People) -> None:
    call_in("active", people)
    other, _leg = request_call(people.charlie)
    calls.ring(other, number=1, seconds=20)
    with pytest.raises(Taken):
        calls.answer(other, user_id=people.bob.pk, name="Bob", version=other.version)
    assert_replay_equals_snapshot(other)


def test_the_end_closes_legs_and_links(people: People) -> None:
    call = call_in("active", people)
    calls.end(call, reason="forced")
    assert not call.participants.filter(left__isnull=True).exists()
    assert not Link.objects.filter(call=call).exclude(state="closed").exists()
    assert_replay_equals_snapshot(call)


def test_back_to_the_queue_keeps_the_customer_and_forgets_the_agent(people: People) -> None:
    call = call_in("active", people)
    calls.back_to_queue(call, cause="staff_lost", first=True)
    call.refresh_from_db()
    assert (call.state, call.staff_id, call.priority) == ("waiting", None, 100)
    assert [leg.role for leg in call.participants.filter(left__isnull=True)] == [Role.CUSTOMER]
    assert_replay_equals_snapshot(call)


def test_a_second_answer_after_the_queue_tells_the_same_story(people: People) -> None:
    call = call_in("active", people)
    calls.back_to_queue(call, cause="staff_lost", first=True)
    calls.ring(call, number=2, seconds=20)
    calls.answer(call, user_id=people.beth.pk, name="Beth", version=call.version)
    assert_replay_equals_snapshot(call)
    calls.end(call, reason="hang_up", by="customer")
    assert_replay_equals_snapshot(call)


@pytest.mark.parametrize(
    ("state", "seconds", "becomes", "reason"),
    [
        ("waiting", 1_801, "ended", "no_agent"),
        ("connecting", 21, "active", ""),
        ("active", 4 * 3_600 + 1, "ended", "failed"),
    ],
)
def test_a_state_that_lasts_too_long(people: People, state: str, seconds: float, becomes: str, reason: str) -> None:
    """Connecting with both sockets alive goes on without a picture."""
    call = call_in(state, people)
    with later(seconds):
        assert sweeps.overdue_calls() == 1
        assert sweeps.overdue_calls() == 0
    call.refresh_from_db()
    assert (call.state, call.end_reason) == (becomes, reason)
    assert_replay_equals_snapshot(call)


def test_connecting_without_the_agent_goes_back_first(people: People) -> None:
    call = call_in("connecting", people)
    call.participants.filter(role=Role.STAFF).update(present=False)
    with later(21):
        sweeps.overdue_calls()
    call.refresh_from_db()
    assert (call.state, call.priority) == ("waiting", 100)
    assert call.events.get(kind="call.waiting").data == {"cause": "timeout"}


def test_the_customers_cancel_and_hang_up(people: People) -> None:
    for state, reason in (("waiting", "cancelled"), ("ringing", "cancelled"), ("active", "hang_up")):
        call = call_in(state, people)
        leg = call.participants.get(role=Role.CUSTOMER)
        assert calls.hang_up(call, by=leg)
        assert not calls.hang_up(call, by=leg)
        call.refresh_from_db()
        assert (call.end_reason, call.events.get(kind="call.ended").data["by"]) == (reason, "customer")
