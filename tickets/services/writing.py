"""The writers of a ticket: fields, state, comments. Each is one conditional UPDATE, so that races have one winner."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from ..exceptions import MoveRefused, TicketConflict
from ..models import Comment, Ticket
from ..states import Priority, State, may_move
from .opening import announce

logger = logging.getLogger("rtc_tickets")

EDITABLE = frozenset({"subject", "problem", "handling", "result", "customer_note", "priority", "due_at", "assignee"})


def save_fields(ticket: Ticket, *, by: Any, version: int, **fields: Any) -> Ticket:
    """Write fields over the version that the writer has read; returns the ticket as it is now.

    Raises TicketConflict with the values that stand when somebody else has written since, TypeError for a field
    that is not edited by people.
    """
    foreign = fields.keys() - EDITABLE
    if foreign:
        raise TypeError(f"not editable: {', '.join(sorted(foreign))}")
    written = Ticket.objects.filter(pk=ticket.pk, version=version).update(
        **fields, version=F("version") + 1, updated=timezone.now()
    )
    ticket.refresh_from_db()
    if not written:
        raise TicketConflict(_values(ticket))
    logger.info("ticket %s saved to version %s by user %s", ticket.number, ticket.version, _key(by))
    return ticket


def move(ticket: Ticket, state: str, *, by: Any) -> Ticket:
    """Move to a state. Already being there is success; raises MoveRefused where the table has no such move.

    The version stays: a move and somebody's typing touch different things, and neither should refuse the other.
    """
    while True:
        ticket.refresh_from_db()
        if ticket.state == state:
            return ticket
        if not may_move(ticket.state, state):
            raise MoveRefused(ticket.state, state)
        with transaction.atomic():
            moved = Ticket.objects.filter(pk=ticket.pk, state=ticket.state).update(state=state, updated=timezone.now())
            if moved:
                ticket.state = state
                announce(ticket, "tickets.changed")
        if moved:
            logger.info("ticket %s moved to %s by user %s", ticket.number, state, _key(by))
            return ticket


def take(ticket: Ticket, *, by: Any) -> Ticket:
    """`by` answers the customer: a ticket that nobody has becomes theirs, and a new one is in work."""
    Ticket.objects.filter(pk=ticket.pk, assignee=None).update(assignee=by, updated=timezone.now())
    ticket.refresh_from_db()
    return move(ticket, State.OPEN, by=by) if ticket.state == State.NEW else ticket


def raise_priority(ticket: Ticket, priority: int) -> None:
    """Make it at least this urgent; never less, and never over a person's choice of more."""
    Ticket.objects.filter(pk=ticket.pk, priority__lt=Priority(priority)).update(
        priority=priority, version=F("version") + 1, updated=timezone.now()
    )


def comment(
    ticket: Ticket, body: str, *, by: Any = None, public: bool = False, client_id: UUID | None = None
) -> Comment:
    """Add a line; a repeated `client_id` returns the line that was written first. A public one is announced."""
    client_id = client_id or uuid4()
    try:
        with transaction.atomic():
            line = Comment.objects.create(ticket=ticket, author=by, public=public, body=body, client_id=client_id)
            if public:
                # Also keeps the customer's link alive, whose age counts from the last change.
                Ticket.objects.filter(pk=ticket.pk).update(updated=timezone.now())
                announce(ticket, "tickets.changed")
    except IntegrityError:
        return Comment.objects.get(ticket=ticket, client_id=client_id)
    return line


def _values(ticket: Ticket) -> dict[str, Any]:
    return {name: getattr(ticket, name) for name in sorted(EDITABLE)} | {
        "state": ticket.state,
        "version": ticket.version,
    }


def _key(user: Any) -> Any:
    """Logs name people by key, never by name."""
    return getattr(user, "pk", None)
