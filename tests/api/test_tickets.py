"""Tickets over REST: the workbench's rules, with machine clients besides."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from rtc_service.models import AuditEntry, Call, Event
from rtc_service.testing import assert_replay_equals_snapshot
from tests.api.conftest import Api, api_of, assert_problem
from tickets.models import Comment, Ticket
from tickets.services import opening


@pytest.fixture
def ticket(answered: Call) -> Ticket:
    """Of the call in which bob talks to alice."""
    return opening.open_for_call(answered)


def test_a_client_opens_a_ticket_of_its_own(erp: Api, bob: Any) -> None:
    given = {
        "subject": "Send the lid",
        "priority": "high",
        "problem": "lost",
        "assignee": bob.pk,
        "language": "zh-hant",
    }
    response = erp.post("tickets/", given)
    assert response.status_code == 201
    body = response.json()
    row = Ticket.objects.get(uuid=body["ticket"])
    assert (row.kind, row.state, row.priority, row.problem, row.assignee) == ("request", "new", 30, "lost", bob)
    assert row.due_at is not None and body["due_at"].endswith("Z")
    assert response["Location"] == f"/api/v1/tickets/{row.uuid}/"
    assert erp.get(f"tickets/{row.uuid}/").json() == body
    assert AuditEntry.objects.filter(action="api.ticket.opened", target=f"ticket:{row.number}").exists()


def test_a_call_has_one_ticket(erp: Api, call: Call) -> None:
    body = erp.post("tickets/", {"subject": "Teapot", "call": str(call.uuid)}).json()
    assert (body["call"], body["kind"], body["visitor"]["kind"]) == (str(call.uuid), "call", "customer")
    again = assert_problem(erp.post("tickets/", {"subject": "x", "call": str(call.uuid)}), 409, "ticket_exists")
    assert again["ticket"]["number"] == body["number"]
    assert Ticket.objects.count() == 1
    call.refresh_from_db()
    assert_replay_equals_snapshot(call)
    assert_problem(erp.post("tickets/", {"subject": "x", "call": str(uuid4())}), 422, "invalid")


def test_fields_and_state_are_changed_together_or_not_at_all(erp: Api, ticket: Ticket) -> None:
    path = f"tickets/{ticket.uuid}/"
    body = erp.patch(path, {"version": 1, "result": "sent", "state": "solved", "assignee": None}).json()
    assert (body["result"], body["state"], body["version"], body["assignee"]) == ("sent", "solved", 2, None)
    assert_problem(erp.patch(path, {"version": 2, "result": "lost again", "state": "new"}), 409, "move_refused")
    ticket.refresh_from_db()
    assert (ticket.result, ticket.version) == ("sent", 2)
    assert Event.objects.filter(call=ticket.call, kind="tickets.changed").count() == 1


def test_who_was_slower_is_shown_what_stands(erp: Api, ticket: Ticket) -> None:
    path = f"tickets/{ticket.uuid}/"
    assert erp.patch(path, {"version": 1, "subject": "First"}).status_code == 200
    body = assert_problem(erp.patch(path, {"version": 1, "subject": "Second"}), 409, "version_conflict")
    assert (body["ticket"]["subject"], body["ticket"]["version"]) == ("First", 2)
    assert_problem(erp.patch(path, {"subject": "Third"}), 422, "invalid")


@pytest.mark.parametrize(
    "change",
    [
        {"assignee": 999_999},
        {"due_at": "0001-01-01T00:00:00Z"},
        {"priority": "30"},
        {"number": "T-1"},
        {"version": 10**30},
    ],
)
def test_values_that_cannot_be(erp: Api, ticket: Ticket, change: dict[str, Any]) -> None:
    assert_problem(erp.patch(f"tickets/{ticket.uuid}/", {"version": 1, **change}), 422, "invalid")


def test_a_customer_is_no_assignee(erp: Api, ticket: Ticket, charlie: Any) -> None:
    assert_problem(erp.patch(f"tickets/{ticket.uuid}/", {"version": 1, "assignee": charlie.pk}), 422, "invalid")


def test_comments_are_added_and_listed(erp: Api, ticket: Ticket, alice_api: Api) -> None:
    path = f"tickets/{ticket.uuid}/comments/"
    for body, public in (("for us", False), ("for alice", True)):
        assert erp.post(path, {"body": body, "public": public}).status_code == 201
    rows = erp.get(path).json()["results"]
    assert [(row["body"], row["public"], row["author"]) for row in rows] == [
        ("for alice", True, None),
        ("for us", False, None),
    ]
    first = erp.get(f"{path}?limit=1").json()
    assert [row["body"] for row in erp.get(f"{path}?cursor={first['next']}").json()["results"]] == ["for us"]
    assert_problem(alice_api.get(path), 403, "not_allowed")


def test_agents_work_on_their_own_supervisors_on_all(
    ticket: Ticket, session_of: Any, bob: Any, dora: Any, make_user: Any
) -> None:
    beth = make_user("beth", group="rtc customer-service agent")
    path = f"tickets/{ticket.uuid}/"
    assert_problem(session_of(beth).get(path), 404, "not_found")
    assert_problem(session_of(beth).patch(path, {"version": 1}), 404, "not_found")
    assert session_of(beth).get("tickets/").json()["results"] == []
    own = session_of(bob)
    assert own.patch(path, {"version": 1, "handling": "by bob"}).json()["visitor"]["name"] == "A•••"
    assert own.post(f"{path}comments/", {"body": "hm"}).json()["author"] == bob.pk
    assert_problem(own.post("tickets/", {"subject": "free"}), 403, "not_allowed")
    assert session_of(dora).get("tickets/").json()["results"][0]["visitor"]["name"] == "Alice Liddell"
    assert session_of(dora).post("tickets/", {"subject": "free"}).status_code == 201


@pytest.mark.parametrize("group", ["", "rtc customer-service agent"])
def test_who_may_only_view_changes_nothing(ticket: Ticket, make_user: Any, session_of: Any, group: str) -> None:
    from django.contrib.auth.models import Permission

    viewer = make_user("viewer", group=group)
    viewer.user_permissions.add(Permission.objects.get(codename="view_ticket"))
    path = f"tickets/{ticket.uuid}/"
    assert session_of(viewer).get(path).status_code == 200
    assert_problem(session_of(viewer).patch(path, {"version": 1}), 403, "not_allowed")
    assert_problem(session_of(viewer).post(f"{path}comments/", {"body": "x"}), 403, "not_allowed")
    assert not Comment.objects.exists()


def test_a_client_of_a_storefront_keeps_to_its_calls(erp: Api, call: Call) -> None:
    Call.objects.filter(pk=call.pk).update(storefront="tea")
    tea, shoes = (api_of("tickets:read", "tickets:write", storefront=name) for name in ("tea", "shoes"))
    given = {"subject": "x", "call": str(call.uuid)}
    assert_problem(shoes.post("tickets/", given), 422, "invalid")
    assert_problem(shoes.post("tickets/", {"subject": "x"}), 422, "invalid")
    uuid = tea.post("tickets/", given).json()["ticket"]
    assert_problem(shoes.get(f"tickets/{uuid}/"), 404, "not_found")
    assert len(tea.get("tickets/").json()["results"]) == 1 and shoes.get("tickets/").json()["results"] == []


def test_tickets_are_found_by_what_they_are(erp: Api, ticket: Ticket, bob: Any) -> None:
    opening.open_request("other", uuid=uuid4())
    for query in (f"number={ticket.number}", "state=open", f"call={ticket.call.uuid}", f"assignee={bob.pk}"):  # type: ignore[union-attr]
        found = erp.get(f"tickets/?{query}").json()["results"]
        assert [item["number"] for item in found] == [ticket.number], query
    assert len(erp.get("tickets/?priority=normal").json()["results"]) == 2
