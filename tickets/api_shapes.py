"""How a ticket looks over REST."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from rtc_service.api import call_shapes
from rtc_service.api.actors import Actor
from rtc_service.api.serializers import (
    MOST_INTEGER,
    Flag,
    Identifier,
    Moment,
    NamedChoice,
    PeriodQuery,
    Strict,
    Text,
    Whole,
)

from .forms import TEXT_CHARACTERS
from .models import Comment, Ticket
from .services.links import url_for
from .states import Priority, State

COMMENT_CHARACTERS = 4_000


class TicketFields(Strict):
    """What is written at the opening and later."""

    subject = Text(max_length=200)
    priority = NamedChoice(Priority, required=False)
    problem = call_shapes.text(TEXT_CHARACTERS)
    handling = call_shapes.text(TEXT_CHARACTERS)
    result = call_shapes.text(TEXT_CHARACTERS)
    customer_note = call_shapes.text(TEXT_CHARACTERS, help_text="the customer reads this")
    due_at = Moment(required=False, allow_null=True)
    assignee = Whole(
        required=False, allow_null=True, min_value=1, max_value=MOST_INTEGER, help_text="the key of a staff member"
    )


class TicketBody(TicketFields):
    call = Identifier(required=False, help_text="the ticket is this call's; a call has one")
    language = call_shapes.text(16)


class TicketPatch(TicketFields):
    """What is left out stays. `version` is the one that was read."""

    subject = Text(max_length=200, required=False)
    state = serializers.ChoiceField(choices=State.choices, required=False)
    version = Whole(min_value=1, max_value=MOST_INTEGER)


class CommentBody(Strict):
    body = Text(max_length=COMMENT_CHARACTERS)
    public = Flag(required=False, help_text="the customer can read it")


class TicketQuery(PeriodQuery):
    """`from` and `to` are about the moment of the opening."""

    state = serializers.ChoiceField(choices=State.choices, required=False)
    priority = NamedChoice(Priority, required=False)
    number = serializers.CharField(required=False, max_length=16)
    call = serializers.UUIDField(required=False)
    assignee = serializers.IntegerField(required=False, min_value=1, max_value=MOST_INTEGER)


class TicketShape(serializers.Serializer):
    ticket = serializers.UUIDField()
    number = serializers.CharField()
    kind = serializers.ChoiceField(choices=Ticket.Kind.choices)
    state = serializers.ChoiceField(choices=State.choices)
    priority = NamedChoice(Priority)
    subject = serializers.CharField()
    problem = serializers.CharField(allow_blank=True)
    handling = serializers.CharField(allow_blank=True)
    result = serializers.CharField(allow_blank=True)
    customer_note = serializers.CharField(allow_blank=True)
    language = serializers.CharField(allow_blank=True)
    call = serializers.UUIDField(allow_null=True)
    visitor = call_shapes.VisitorShape(allow_null=True)
    assignee = serializers.IntegerField(allow_null=True)
    due_at = Moment(allow_null=True)
    version = serializers.IntegerField()
    created = Moment()
    updated = Moment()
    url = serializers.CharField(allow_blank=True, help_text="path of the customer's page")


class TicketPageShape(serializers.Serializer):
    results = TicketShape(many=True)
    next = serializers.CharField(allow_null=True, help_text="`cursor` of the next page")


class CommentShape(serializers.Serializer):
    comment = serializers.UUIDField()
    author = serializers.IntegerField(allow_null=True)
    public = serializers.BooleanField()
    body = serializers.CharField()
    created = Moment()


class CommentPageShape(serializers.Serializer):
    results = CommentShape(many=True)
    next = serializers.CharField(allow_null=True, help_text="`cursor` of the next page")


def ticket(row: Ticket, actor: Actor) -> dict[str, Any]:
    """As `TicketShape`; the customer's name and phone masked as with calls."""
    return {
        "ticket": str(row.uuid),
        "number": row.number,
        "kind": row.kind,
        "state": row.state,
        "priority": Priority(row.priority).name.lower(),
        "subject": row.subject,
        "problem": row.problem,
        "handling": row.handling,
        "result": row.result,
        "customer_note": row.customer_note,
        "language": row.language,
        "call": str(row.call.uuid) if row.call else None,
        "visitor": call_shapes.visitor(row.visitor, actor) if row.visitor else None,
        "assignee": row.assignee_id,
        "due_at": call_shapes.moment(row.due_at),
        "version": row.version,
        "created": call_shapes.moment(row.created),
        "updated": call_shapes.moment(row.updated),
        "url": url_for(row),
    }


def comment(row: Comment) -> dict[str, Any]:
    """As `CommentShape`."""
    return {
        "comment": str(row.uuid),
        "author": row.author_id,
        "public": row.public,
        "body": row.body,
        "created": call_shapes.moment(row.created),
    }
