"""Tickets in Django's admin: found, edited and moved, through the same services as everywhere."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from rtc_service.admin import sentences
from rtc_service.models import Call, Event
from tickets.admin import call_section
from tickets.models import Comment, Ticket
from tickets.services import opening, writing
from tickets.states import State

LIST = "admin:rtc_tickets_ticket_changelist"
CHANGE = "admin:rtc_tickets_ticket_change"


@pytest.fixture
def ticket(answered_call: Call) -> Ticket:
    return opening.open_for_call(answered_call)


@pytest.fixture
def office(client: Client, dora: User) -> Client:
    client.force_login(dora)
    return client


def form_of(office: Client, ticket: Ticket) -> dict[str, Any]:
    """The change form as the browser would send it back."""
    page = office.get(reverse(CHANGE, args=[ticket.pk]))
    form = page.context["adminform"].form
    data = {name: form[name].value() for name in form.fields}
    for formset in page.context["inline_admin_formsets"]:
        management = formset.formset.management_form
        data |= {management.add_prefix(name): management[name].value() for name in management.fields}
    return {name: "" if value is None else value for name, value in data.items()}


@pytest.mark.parametrize("word", ["number", "subject", "call"])
def test_a_ticket_is_found_by_number_subject_and_call(office: Client, ticket: Ticket, word: str):
    terms = {"number": ticket.number, "subject": "Teapot", "call": str(ticket.call.uuid)}
    assert ticket.number in office.get(reverse(LIST), {"q": terms[word]}).content.decode()
    assert ticket.number not in office.get(reverse(LIST), {"q": "no such thing"}).content.decode()


def test_the_list_costs_the_same_for_one_and_for_many(
    office: Client, ticket: Ticket, django_assert_max_num_queries: Any
):
    for number in range(20):
        Ticket.objects.create(number=f"T-{number}", subject="x", visitor=ticket.visitor, assignee=ticket.assignee)
    with django_assert_max_num_queries(12):
        assert "T-19" in office.get(reverse(LIST)).content.decode()


def test_an_edit_goes_through_the_service(office: Client, ticket: Ticket):
    data = form_of(office, ticket) | {"problem": "no lid", "_save": "1"}
    assert office.post(reverse(CHANGE, args=[ticket.pk]), data).status_code == 302
    saved = Ticket.objects.get()
    assert (saved.problem, saved.version) == ("no lid", 2)


def test_an_edit_over_a_newer_version_is_refused_in_words(office: Client, ticket: Ticket, bob: User):
    data = form_of(office, ticket) | {"problem": "mine", "_save": "1"}
    writing.save_fields(ticket, by=bob, version=1, problem="bob's")
    answer = office.post(reverse(CHANGE, args=[ticket.pk]), data)
    assert "Somebody else has changed this ticket" in answer.content.decode()
    assert Ticket.objects.get().problem == "bob's"


def test_a_comment_is_added_and_the_old_ones_stay_as_they_are(office: Client, ticket: Ticket, dora: User):
    data = form_of(office, ticket) | {
        "comments-TOTAL_FORMS": "1",
        "comments-0-body": "called back",
        "comments-0-ticket": ticket.pk,
        "_save": "1",
    }
    office.post(reverse(CHANGE, args=[ticket.pk]), data)
    line = Comment.objects.get()
    assert (line.body, line.author, line.public) == ("called back", dora, False)
    assert "called back" in office.get(reverse(CHANGE, args=[ticket.pk])).content.decode()


def test_an_action_moves_what_may_be_moved_and_tells_the_call(office: Client, ticket: Ticket):
    closed = Ticket.objects.create(number="T-CLOSED", subject="x", state=State.CLOSED)
    data = {"action": "move_solved", "_selected_action": [ticket.pk, closed.pk]}
    text = office.post(reverse(LIST), data, follow=True).content.decode()
    assert "1 ticket moved." in text
    assert "1 ticket cannot go to that state." in text
    assert Ticket.objects.get(pk=ticket.pk).state == State.SOLVED
    assert Event.objects.filter(call=ticket.call, kind="tickets.changed").count() == 1


def test_nobody_without_the_permission_sees_or_adds_tickets(client: Client, charlie: User, office: Client):
    assert office.get(reverse("admin:rtc_tickets_ticket_add")).status_code == 403
    client.force_login(charlie)
    assert client.get(reverse(LIST)).status_code == 403


def test_the_call_page_names_the_ticket_to_those_who_may_see_it(rf: Any, ticket: Ticket, dora: User, charlie: User):
    request = rf.get("/")
    request.user = dora
    assert ticket.number in call_section(request, ticket.call)
    request.user = charlie
    assert call_section(request, ticket.call) == ""


def test_the_log_tells_of_the_ticket_in_words(ticket: Ticket, bob: User):
    writing.move(ticket, State.SOLVED, by=bob)
    told = [
        sentences.tell(event, {})[1]
        for event in Event.objects.filter(call=ticket.call, kind__startswith="tickets.").order_by("seq")
    ]
    assert told == [f"Ticket {ticket.number} opened", f"Ticket {ticket.number} changed: Solved"]


def test_the_pages_ask_for_the_second_factor_where_it_is_required(office: Client, ticket: Ticket, settings: Any):
    settings.RTC_SERVICE = settings.RTC_SERVICE | {"core": settings.RTC_SERVICE["core"] | {"ADMIN_REQUIRES_OTP": True}}
    assert office.get(reverse(LIST)).status_code in (302, 403)
    assert office.get(reverse("admin:rtc_tickets_comment_changelist")).status_code in (302, 403)


def test_a_ticket_is_assigned_to_staff_only(office: Client, ticket: Ticket, dora: User, charlie: User):
    field = office.get(reverse(CHANGE, args=[ticket.pk])).context["adminform"].form.fields["assignee"]
    assert set(field.queryset) == {dora, ticket.assignee}
    data = form_of(office, ticket) | {"assignee": str(charlie.pk), "_save": "1"}
    assert office.post(reverse(CHANGE, args=[ticket.pk]), data).status_code == 200  # refused, the form again
