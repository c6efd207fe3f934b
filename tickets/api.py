"""Tickets over REST: /api/v1/tickets/. The rules are those of the workbench; all writing goes through services."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.response import Response

from rtc_service.api import idempotency, reach
from rtc_service.api.actors import Actor
from rtc_service.api.base import ApiViewSet
from rtc_service.api.pages import page
from rtc_service.api.permissions import Need
from rtc_service.api.problems import Problem
from rtc_service.api.schema import documented
from rtc_service.api.serializers import ListQuery, within
from rtc_service.models import Call

from . import api_shapes as shapes
from .exceptions import MoveRefused, TicketConflict
from .models import Ticket
from .permissions import may_edit
from .services import opening, writing
from .states import Priority, State

READ = ("rtc_tickets.view_ticket", "rtc_tickets.change_ticket", "rtc_service.take_calls")
WRITE = ("rtc_tickets.change_ticket", "rtc_service.take_calls")


def visible(actor: Actor) -> QuerySet[Ticket]:
    """A client's storefront's, all for who may view tickets, and for other staff their own and those of their calls."""
    rows = Ticket.objects.select_related("call", "visitor").defer("call__context")
    if actor.storefront:
        rows = rows.filter(call__storefront=actor.storefront)
    if actor.user is None or any(actor.user.has_perm(permission) for permission in READ[:2]):
        return rows
    return rows.filter(Q(assignee=actor.user) | Exists(reach.own_legs(actor.user, OuterRef("call"))))


class TicketViewSet(ApiViewSet):
    enums: ClassVar[dict[str, Any]] = {
        "TicketState": State.values,
        "TicketPriority": [item.name.lower() for item in Priority],
        "TicketKind": Ticket.Kind.values,
    }
    needs: ClassVar[dict[str, Need]] = {
        "list": Need("tickets:read", READ),
        "retrieve": Need("tickets:read", READ),
        "create": Need("tickets:write", WRITE),
        "partial_update": Need("tickets:write", WRITE),
        "comments": Need("tickets:read", READ),
        "add_comment": Need("tickets:write", WRITE),
    }

    @documented("tickets_list", "Tickets, newest first", shapes.TicketPageShape, query=shapes.TicketQuery)
    def list(self, request: Any) -> Response:
        query = self.query(shapes.TicketQuery)
        rows = within(visible(self.actor), "created", query)
        rows = rows.filter(**{name: query[name] for name in ("state", "priority", "number") if name in query})
        if "call" in query:
            rows = rows.filter(call__uuid=query["call"])
        if "assignee" in query:
            rows = rows.filter(assignee_id=query["assignee"])
        found, cursor = page(rows, "created", query)
        if self.actor.personal:
            self.note("api.tickets.listed", count=len(found))
        return Response({"results": [shapes.ticket(row, self.actor) for row in found], "next": cursor})

    @documented("tickets_retrieve", "One ticket", shapes.TicketShape)
    def retrieve(self, request: Any, uuid: UUID) -> Response:
        ticket = self._ticket(uuid)
        if self.actor.personal:
            self.note("api.ticket.viewed", target=f"ticket:{ticket.number}")
        return self._answer(ticket)

    @documented(
        "tickets_create",
        "Open a ticket",
        shapes.TicketShape,
        status=201,
        body=shapes.TicketBody,
        body_example={"subject": "Send the missing lid", "priority": "high"},
    )
    def create(self, request: Any) -> Response:
        """A ticket of its own, or a call's. A call has one ticket: where it stands, the 409 holds it as `ticket`. Staff
        without the permission to change tickets open those of calls that they were on."""
        given = self.body(shapes.TicketBody)
        call = self._call(given.pop("call", None))
        fields = self._fields(given)
        uuid = idempotency.name(request)
        ticket, opened = opening.open_request(fields.pop("subject"), uuid=uuid, call=call, **fields)
        if not opened and ticket.uuid != uuid:
            raise Problem("The call has its ticket.", code="ticket_exists", ticket=shapes.ticket(ticket, self.actor))
        self.note("api.ticket.opened", target=f"ticket:{ticket.number}", call=call and call.uuid)
        return self._answer(ticket, status=201, headers={"Location": f"{request.path}{ticket.uuid}/"})

    @documented(
        "tickets_update",
        "Change a ticket",
        shapes.TicketShape,
        body=shapes.TicketPatch,
        body_example={"version": 3, "state": "solved", "result": "Lid sent"},
    )
    def partial_update(self, request: Any, uuid: UUID) -> Response:
        """All or nothing. 409 `version_conflict` (with what stands as `ticket`) where somebody else has written since,
        409 `move_refused` where the state does not lead to the one that is asked for."""
        given = self.body(shapes.TicketPatch)
        ticket = self._editable(uuid)
        version, state = given.pop("version"), given.pop("state", None)
        fields = self._fields(given)
        try:
            with transaction.atomic():
                writing.save_fields(ticket, by=self.actor.user, version=version, **fields)
                if state is not None:
                    writing.move(ticket, state, by=self.actor.user)
        except TicketConflict as error:
            standing = shapes.ticket(self._ticket(uuid), self.actor)
            raise Problem("Somebody else has changed this ticket.", code=error.code, ticket=standing) from None
        except MoveRefused as error:
            text = f"A ticket that is {error.source} cannot become {error.target}."
            raise Problem(text, code=error.code) from None
        self.note("api.ticket.changed", target=f"ticket:{ticket.number}", fields=sorted(fields), state=state)
        return self._answer(self._ticket(uuid))

    @documented("tickets_comments", "A ticket's comments, newest first", shapes.CommentPageShape, query=ListQuery)
    @action(["get"], detail=True)
    def comments(self, request: Any, uuid: UUID) -> Response:
        query = self.query(ListQuery)
        found, cursor = page(self._ticket(uuid).comments.all(), "created", query)
        return Response({"results": [shapes.comment(row) for row in found], "next": cursor})

    @documented("tickets_comment", "Comment on a ticket", shapes.CommentShape, status=201, body=shapes.CommentBody)
    @comments.mapping.post
    def add_comment(self, request: Any, uuid: UUID) -> Response:
        """A public one stands on the customer's page."""
        given = self.body(shapes.CommentBody)
        ticket = self._editable(uuid)
        line = writing.comment(
            ticket,
            given["body"],
            by=self.actor.user,
            public=given.get("public", False),
            client_id=idempotency.name(request),
        )
        self.note("api.ticket.commented", target=f"ticket:{ticket.number}", public=line.public)
        return Response(shapes.comment(line), status=201)

    def _ticket(self, uuid: UUID) -> Ticket:
        found = visible(self.actor).filter(uuid=uuid).first()
        if found is None:
            raise NotFound("There is no such ticket.")
        return found

    def _editable(self, uuid: UUID) -> Ticket:
        ticket = self._ticket(uuid)
        if self.actor.user is not None and not may_edit(self.actor.user, ticket):
            raise PermissionDenied("You may not change this ticket.")
        return ticket

    def _call(self, uuid: UUID | None) -> Call | None:
        user = self.actor.user
        if uuid is None:
            if user is not None and not user.has_perm("rtc_tickets.change_ticket"):
                raise PermissionDenied("You may open tickets of your own calls only: name the call.")
            if self.actor.storefront:
                raise ValidationError({"call": "A client of one storefront opens tickets of its calls."})
            return None
        call = reach.calls(self.actor).filter(uuid=uuid).first()
        if call is None:
            raise ValidationError({"call": "There is no such call."})
        return call

    def _fields(self, given: dict[str, Any]) -> dict[str, Any]:
        """The assignee's key becomes the person, who must be able to work on tickets."""
        if given.get("assignee") is None:  # left out, or null: nobody
            return given
        user = get_user_model()._default_manager.filter(pk=given["assignee"], is_active=True).first()
        if user is None or not any(user.has_perm(permission) for permission in WRITE):
            raise ValidationError({"assignee": "There is no such staff member."})
        return {**given, "assignee": user}

    def _answer(self, ticket: Ticket, status: int = 200, headers: dict[str, str] | None = None) -> Response:
        return Response(shapes.ticket(ticket, self.actor), status=status, headers=headers)
