"""What tickets owe for a call's events. Run by Celery, repeated until done: each is idempotent."""

from __future__ import annotations

from rtc_service.models import Event
from rtc_service.states import EndReason

from ..states import Priority
from . import opening, writing


def on_answered(event: Event) -> None:
    """The agent edits the ticket while talking, so it is there from the answer on, and theirs."""
    ticket = opening.open_for_call(event.call)
    if event.call.answered_by is not None:
        writing.take(ticket, by=event.call.answered_by)


def on_ended(event: Event) -> None:
    """Every call leaves a ticket: missed, abandoned and cancelled ones too."""
    ticket = opening.open_for_call(event.call)
    if event.data.get("reason") == EndReason.NO_AGENT:
        # Also for one who had been answered, was sent back to the queue by a fault and then found nobody.
        writing.raise_priority(ticket, Priority.HIGH)
