"""Opening a ticket for a call: once, whoever asks and however often."""

from __future__ import annotations

import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext

from rtc_service.languages import supported
from rtc_service.models import Call
from rtc_service.services import timeline
from rtc_service.states import EndReason

from .. import conf
from ..models import Ticket
from ..states import Priority, State
from ..ticket_numbers import new_number
from .links import url_for

ATTEMPTS = 5


def open_for_call(call: Call) -> Ticket:
    """The call's ticket, opened if there is none yet. Idempotent and safe under any number of parallel callers.

    A ticket opened while somebody answers is that person's and `open`; one that nobody answered is `new`, and more
    urgent where the customer was let down.
    """
    for attempt in range(ATTEMPTS):
        existing = _of(call)
        if existing is not None:
            return existing
        try:
            with transaction.atomic():
                ticket = _create(call)
                announce(ticket, "tickets.opened")
                return ticket
        except IntegrityError:
            # Another opened it just now; or the random number was taken, and then a new one will do.
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


def open_request(
    subject: str,
    *,
    uuid: UUID,
    call: Call | None = None,
    language: str = "",
    priority: int = Priority.NORMAL,
    **fields: Any,
) -> tuple[Ticket, bool]:
    """A ticket by somebody's own hand; with `call` it is that call's. Returns it and whether it was opened now: the
    same `uuid` again, and a call that has its ticket, give the one that stands. `fields`: `writing.EDITABLE`."""
    for attempt in range(ATTEMPTS):
        existing = Ticket.objects.filter(uuid=uuid).first() or (_of(call) if call is not None else None)
        if existing is not None:
            return existing, False
        try:
            with transaction.atomic():
                ticket = Ticket(uuid=uuid, number=new_number(), kind=Ticket.Kind.REQUEST, subject=subject)
                ticket.language, ticket.priority = language, priority
                if call is not None:
                    ticket.kind, ticket.call, ticket.visitor = Ticket.Kind.CALL, call, call.visitor
                    ticket.assignee, ticket.language = call.answered_by, language or call.language
                    ticket.state = State.NEW if call.answered is None else State.OPEN
                ticket.due_at = _due(priority)
                for name, value in fields.items():
                    setattr(ticket, name, value)
                ticket.save(force_insert=True)
                announce(ticket, "tickets.opened")
                return ticket, True
        except IntegrityError:
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


def announce(ticket: Ticket, kind: str) -> None:
    """Append to the call's log what its parties see of the ticket. In the transaction of the change."""
    if ticket.call is not None:
        timeline.append(ticket.call, kind, data=summary(ticket))


def summary(ticket: Ticket) -> dict[str, str]:
    """What a browser reads of a ticket: {"number", "state", "url"}."""
    return {"number": ticket.number, "state": ticket.state, "url": url_for(ticket)}


def summary_of_call(call: Call) -> dict[str, str] | None:
    """The call snapshot's `ticket`."""
    ticket = _of(call)
    return None if ticket is None else summary(ticket)


def _of(call: Call) -> Ticket | None:
    return Ticket.objects.filter(call=call, kind=Ticket.Kind.CALL).first()


def _create(call: Call) -> Ticket:
    priority = _priority(call)
    return Ticket.objects.create(
        number=new_number(),
        call=call,
        kind=Ticket.Kind.CALL,
        visitor_id=call.visitor_id,
        assignee_id=call.answered_by_id,
        state=State.NEW if call.answered is None else State.OPEN,
        priority=priority,
        subject=_subject(call),
        language=call.language,
        due_at=_due(priority),
    )


def _due(priority: int) -> datetime.datetime:
    return timezone.now() + datetime.timedelta(hours=conf.due_hours(Priority(priority).name.lower()))


def let_down(call: Call) -> bool:
    """Whether the customer wanted to talk and, through no wish of their own, could not."""
    return not call.is_open and call.answered is None and call.end_reason != EndReason.CANCELLED


def _priority(call: Call) -> int:
    return Priority.HIGH if let_down(call) else Priority.NORMAL


def _subject(call: Call) -> str:
    """Read by staff and by the customer, so it is worded for both, in the customer's language."""
    with translation.override(supported(call.language)):
        topic = call.title or gettext("Video service")
        if let_down(call):
            topic = gettext("Please call back: %(topic)s") % {"topic": topic}
        elif not call.is_open and call.answered is None:
            topic = gettext("Call given up before an answer: %(topic)s") % {"topic": topic}
    return topic[:200]
