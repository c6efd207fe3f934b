"""Fields, states and comments: each change has one winner, and what the parties should see is in the call's log."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection

from rtc_service.models import Call, Event
from rtc_service.services import snapshots
from rtc_service.testing import assert_replay_equals_snapshot
from tickets.exceptions import MoveRefused, TicketConflict
from tickets.models import Comment, Ticket
from tickets.services import opening, writing
from tickets.states import MOVES, State, may_move


@pytest.fixture
def ticket(answered_call: Call) -> Ticket:
    return opening.open_for_call(answered_call)


def changes(ticket: Ticket) -> list[str]:
    events = Event.objects.filter(call=ticket.call, kind="tickets.changed").order_by("seq")
    return [event.data["state"] for event in events]


def test_a_save_raises_the_version_and_touches_only_its_fields(ticket: Ticket, bob: User):
    writing.save_fields(ticket, by=bob, version=1, problem="lid is broken")
    saved = writing.save_fields(ticket, by=bob, version=2, handling="new lid sent")
    assert (saved.problem, saved.handling, saved.version) == ("lid is broken", "new lid sent", 3)


def test_a_save_over_an_old_version_changes_nothing_and_says_what_stands(ticket: Ticket, bob: User, dora: User):
    writing.save_fields(ticket, by=bob, version=1, problem="bob's words")
    with pytest.raises(TicketConflict) as caught:
        writing.save_fields(ticket, by=dora, version=1, problem="dora's words")
    assert caught.value.current["problem"] == "bob's words"
    assert caught.value.current["version"] == 2
    assert Ticket.objects.get().problem == "bob's words"


def test_state_and_number_are_not_fields_that_people_edit(ticket: Ticket, bob: User):
    with pytest.raises(TypeError):
        writing.save_fields(ticket, by=bob, version=1, state="closed")


def test_free_text_is_not_readable_in_the_database(ticket: Ticket, bob: User):
    writing.save_fields(ticket, by=bob, version=1, problem="call 0170 1234567")
    writing.comment(ticket, "lives in Rose Street", by=bob)
    with connection.cursor() as cursor:
        cursor.execute("SELECT problem FROM rtc_tickets_ticket")
        stored = cursor.fetchone()[0]
        cursor.execute("SELECT body FROM rtc_tickets_comment")
        stored += cursor.fetchone()[0]
    assert "1234567" not in stored
    assert "Rose" not in stored


def test_a_move_is_told_in_the_calls_log_and_keeps_the_version(ticket: Ticket, bob: User):
    writing.move(ticket, State.PENDING, by=bob)
    writing.move(ticket, State.SOLVED, by=bob)
    assert changes(ticket) == ["pending", "solved"]
    assert Ticket.objects.get().version == 1


def test_moving_to_where_one_is_changes_and_tells_nothing(ticket: Ticket, bob: User):
    writing.move(ticket, State.OPEN, by=bob)
    assert changes(ticket) == []


def test_what_the_table_does_not_allow_is_refused(ticket: Ticket, bob: User):
    writing.move(ticket, State.CLOSED, by=bob)
    with pytest.raises(MoveRefused):
        writing.move(ticket, State.OPEN, by=bob)
    assert Ticket.objects.get().state == State.CLOSED


def test_every_state_leads_to_closed_and_none_out_of_it():
    assert all(may_move(state, State.CLOSED) for state in State if state != State.CLOSED)
    assert not MOVES[State.CLOSED]
    assert set(MOVES) == set(State)


def test_a_stale_copy_moves_from_the_state_that_stands(ticket: Ticket, bob: User):
    stale = Ticket.objects.get(pk=ticket.pk)
    writing.move(ticket, State.CLOSED, by=bob)
    with pytest.raises(MoveRefused):
        writing.move(stale, State.PENDING, by=bob)


def test_the_log_tells_the_same_ticket_as_the_snapshot(ticket: Ticket, bob: User):
    writing.move(ticket, State.SOLVED, by=bob)
    writing.comment(ticket, "done", by=bob, public=True)
    last = Event.objects.filter(call=ticket.call).order_by("seq").last()
    assert snapshots.of(ticket.call)["ticket"] == last.data
    assert_replay_equals_snapshot(ticket.call)


def test_a_comment_sent_twice_is_written_once(ticket: Ticket, bob: User):
    key = uuid4()
    first = writing.comment(ticket, "hello", by=bob, public=True, client_id=key)
    again = writing.comment(ticket, "hello", by=bob, public=True, client_id=key)
    assert first.pk == again.pk
    assert Comment.objects.count() == 1
    assert changes(ticket) == ["open"]


def test_an_internal_comment_is_not_told(ticket: Ticket, bob: User):
    writing.comment(ticket, "difficult", by=bob)
    assert changes(ticket) == []


def test_a_call_without_ticket_has_null_in_its_snapshot(request_call: Callable[..., Call]):
    assert snapshots.of(request_call())["ticket"] is None
