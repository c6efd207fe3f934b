"""Every call leaves one ticket, whatever became of it and whoever asks for it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib.auth.models import User
from django.db import connection

from rtc_service.models import Call, Event
from rtc_service.services import calls
from tickets import ticket_numbers
from tickets.models import Ticket
from tickets.services import opening
from tickets.states import Priority, State

Request = Callable[..., Call]
Duties = Callable[[], int]


def test_a_missed_call_leaves_an_urgent_ticket_that_asks_for_a_call_back(request_call: Request, do_duties: Duties):
    call = request_call()
    calls.end(call, reason="no_agent")
    do_duties()
    ticket = Ticket.objects.get(call=call)
    assert (ticket.state, ticket.priority, ticket.assignee) == (State.NEW, Priority.HIGH, None)
    assert ticket.subject == "Please call back: Teapot"


def test_a_cancelled_call_leaves_an_ordinary_ticket(request_call: Request, do_duties: Duties):
    call = request_call()
    calls.end(call, reason="cancelled", by="customer")
    do_duties()
    ticket = Ticket.objects.get(call=call)
    assert (ticket.state, ticket.priority) == (State.NEW, Priority.NORMAL)
    assert ticket.subject == "Call given up before an answer: Teapot"


@pytest.mark.parametrize("reason", ["lost", "failed", "forced"])
def test_an_unanswered_call_that_broke_off_asks_for_a_call_back(request_call: Request, do_duties: Duties, reason: str):
    call = request_call()
    calls.end(call, reason=reason)
    do_duties()
    assert Ticket.objects.get(call=call).priority == Priority.HIGH


def test_an_answered_call_has_its_ticket_while_people_talk(answered_call: Call, bob: User, do_duties: Duties):
    do_duties()
    ticket = Ticket.objects.get(call=answered_call)
    assert (ticket.state, ticket.assignee, ticket.subject) == (State.OPEN, bob, "Teapot")
    assert ticket.visitor == answered_call.visitor


def test_the_end_of_an_answered_call_keeps_the_same_ticket(answered_call: Call, do_duties: Duties):
    do_duties()
    number = Ticket.objects.get().number
    calls.end(answered_call, reason="hang_up", by="customer")
    do_duties()
    ticket = Ticket.objects.get()
    assert (ticket.number, ticket.priority) == (number, Priority.NORMAL)


def test_an_answered_customer_who_is_sent_back_and_finds_nobody_becomes_urgent(answered_call: Call, do_duties: Duties):
    do_duties()
    calls.back_to_queue(answered_call, cause="staff_lost", first=True)
    calls.end(answered_call, reason="no_agent")
    do_duties()
    assert Ticket.objects.get().priority == Priority.HIGH


def test_a_ticket_opened_only_after_the_call_still_belongs_to_who_answered(answered_call: Call, bob: User):
    calls.end(answered_call, reason="hang_up", by="staff")
    ticket = opening.open_for_call(answered_call)
    assert (ticket.assignee, ticket.state) == (bob, State.OPEN)


def test_opening_is_told_once_in_the_calls_log(answered_call: Call, do_duties: Duties):
    opening.open_for_call(answered_call)
    do_duties()
    event = Event.objects.get(call=answered_call, kind="tickets.opened")
    ticket = Ticket.objects.get()
    assert event.data["number"] == ticket.number
    assert event.data == opening.summary_of_call(answered_call)


def test_the_subject_is_in_the_customers_language(request_call: Request, monkeypatch: pytest.MonkeyPatch):
    seen: list[str] = []
    monkeypatch.setattr(opening, "gettext", lambda text: seen.append(opening.translation.get_language()) or text)
    call = request_call(language="zh-Hans", title="")
    opening.open_for_call(call)
    assert seen == ["zh-hans"]


def test_a_taken_number_is_replaced_by_another(
    answered_call: Call, request_call: Request, monkeypatch: pytest.MonkeyPatch
):
    first = opening.open_for_call(answered_call)
    calls.end(answered_call, reason="hang_up")
    drawn = iter([first.number, first.number, "T-22222"])
    monkeypatch.setattr(opening, "new_number", lambda: next(drawn))
    assert opening.open_for_call(request_call()).number == "T-22222"


def test_numbers_are_short_random_and_hard_to_misread():
    numbers = {ticket_numbers.new_number() for _ in range(500)}
    assert len(numbers) > 490
    assert all(len(number) == 7 and not set(number[2:]) & set("01ILOUV") for number in numbers)


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_open_one_ticket(answered_call: Call):
    start = Barrier(20)

    def open_it(_: int) -> str:
        try:
            start.wait(timeout=30)
            return opening.open_for_call(Call.objects.get(pk=answered_call.pk)).number
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=20) as pool:
        numbers = set(pool.map(open_it, range(20)))
    assert len(numbers) == 1
    assert Ticket.objects.count() == 1
    assert Event.objects.filter(kind="tickets.opened").count() == 1
