"""The ticket in the workbench: saved while typing, moved, commented, by those who may."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.urls import reverse

from rtc_service import registry
from rtc_service.models import Call
from tickets.models import Comment, Ticket
from tickets.panels import after_call
from tickets.services import opening, writing
from tickets.states import Priority, State


@pytest.fixture
def ticket(answered_call: Call) -> Ticket:
    return opening.open_for_call(answered_call)


@pytest.fixture
def desk(client: Client, bob: User) -> Client:
    client.force_login(bob)
    return client


def post(client: Client, door: str, ticket: Ticket, **data: Any) -> Any:
    return client.post(reverse(f"rtc_tickets:{door}", args=[ticket.uuid]), data)


def test_the_panel_has_the_tickets_form_before_any_duty_ran(answered_call: Call, bob: User, rf: RequestFactory):
    request = rf.get("/")
    request.user = bob
    html = registry.get().panels["ticket"].render(request, answered_call)
    ticket = Ticket.objects.get(call=answered_call)
    assert f'action="{reverse("rtc_tickets:save", args=[ticket.uuid])}"' in html
    assert "data-rtc-autosave" in html
    assert '<input type="hidden" name="version" value="1"' in html
    assert "csrfmiddlewaretoken" in html


def test_a_save_writes_the_fields_that_were_sent_and_answers_with_the_next_version(desk: Client, ticket: Ticket):
    writing.save_fields(ticket, by=None, version=1, handling="kept")
    answer = post(desk, "save", ticket, version=2, problem="no lid\r\nno spout")
    assert answer.status_code == 200
    assert 'name="version" value="3"' in answer.content.decode()
    saved = Ticket.objects.get()
    assert (saved.problem, saved.handling, saved.subject) == ("no lid\nno spout", "kept", "Teapot")


def test_an_old_version_answers_409_with_what_stands(desk: Client, ticket: Ticket, dora: User):
    writing.save_fields(ticket, by=dora, version=1, problem="dora was faster")
    answer = post(desk, "save", ticket, version=1, problem="mine")
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "dora was faster" in text
    assert 'name="version" value="2"' in text
    assert Ticket.objects.get().problem == "dora was faster"


@pytest.mark.parametrize(
    "bad", [{"subject": ""}, {"priority": "7"}, {"problem": "x" * 10_001}, {"version": "one"}, {"subject": "x" * 201}]
)
def test_bad_values_answer_422_and_save_nothing(desk: Client, ticket: Ticket, bad: dict[str, str]):
    writing.save_fields(ticket, by=None, version=1, handling="kept")
    answer = post(desk, "save", ticket, **({"version": 2, "result": "done"} | bad))
    assert answer.status_code == 422
    assert "kept" in answer.content.decode()
    saved = Ticket.objects.get()
    assert (saved.version, saved.result, saved.subject) == (2, "", "Teapot")


def test_a_state_button_moves_the_ticket(desk: Client, ticket: Ticket):
    answer = post(desk, "move", ticket, state="solved")
    assert answer.status_code == 200
    assert 'data-state="solved"' in answer.content.decode()
    assert Ticket.objects.get().state == State.SOLVED


def test_a_move_that_is_over_answers_409_and_nonsense_422(desk: Client, ticket: Ticket):
    writing.move(ticket, State.CLOSED, by=None)
    assert post(desk, "move", ticket, state="open").status_code == 409
    assert post(desk, "move", ticket, state="eaten").status_code == 422


def test_a_comment_is_internal_unless_ticked(desk: Client, ticket: Ticket, bob: User):
    assert post(desk, "comment", ticket, body="careful", client_id=uuid4()).status_code == 200
    assert post(desk, "comment", ticket, body="we call you", public="on", client_id=uuid4()).status_code == 200
    lines = Comment.objects.order_by("pk")
    assert [(line.body, line.public, line.author) for line in lines] == [
        ("careful", False, bob),
        ("we call you", True, bob),
    ]


def test_an_empty_comment_answers_422(desk: Client, ticket: Ticket):
    assert post(desk, "comment", ticket, body=" ", client_id=uuid4()).status_code == 422
    assert not Comment.objects.exists()


@pytest.mark.parametrize("door", ["save", "move", "comment"])
def test_strangers_customers_and_guests_are_refused(client: Client, ticket: Ticket, charlie: User, door: str):
    assert post(client, door, ticket, version=1, state="closed").status_code == 403
    for user in (charlie, ticket.visitor.user):
        client.force_login(user)
        assert post(client, door, ticket, version=1, state="closed", problem="x").status_code == 403
    assert Ticket.objects.get().state == State.OPEN


@pytest.mark.parametrize("door", ["save", "move", "comment"])
def test_doors_take_posts_only_and_know_missing_tickets(desk: Client, ticket: Ticket, door: str):
    assert desk.get(reverse(f"rtc_tickets:{door}", args=[ticket.uuid])).status_code == 405
    assert desk.post(reverse(f"rtc_tickets:{door}", args=[uuid4()])).status_code == 404


def test_who_serves_no_longer_is_refused(desk: Client, ticket: Ticket, bob: User):
    """The account goes on as a customer's; what it has been on is none of its business any more."""
    bob.user_permissions.clear()
    assert post(desk, "save", ticket, version=1, problem="spite").status_code == 403
    assert Ticket.objects.get().problem == ""


def test_a_supervisor_who_was_not_on_the_call_may_save(client: Client, ticket: Ticket, dora: User):
    client.force_login(dora)
    assert post(client, "save", ticket, version=1, priority=Priority.URGENT).status_code == 200
    assert Ticket.objects.get().priority == Priority.URGENT


def test_posts_without_csrf_token_are_refused(ticket: Ticket, bob: User):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(bob)
    assert post(strict, "save", ticket, version=1, problem="x").status_code == 403


def test_the_customers_end_page_names_the_ticket(answered_call: Call):
    shown = after_call(answered_call, "en")
    ticket = Ticket.objects.get()
    assert shown is not None
    assert ticket.number in shown["title"]
    assert shown["url"].startswith("/")
