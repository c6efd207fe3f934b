"""A ticket's states, and which may follow which. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class State(models.TextChoices):
    NEW = "new", pgettext_lazy("ticket state", "New")
    OPEN = "open", pgettext_lazy("ticket state", "Open")
    PENDING = "pending", pgettext_lazy("ticket state", "Pending")
    SOLVED = "solved", pgettext_lazy("ticket state", "Solved")
    CLOSED = "closed", pgettext_lazy("ticket state", "Closed")


class Priority(models.IntegerChoices):
    LOW = 10, pgettext_lazy("ticket priority", "Low")
    NORMAL = 20, pgettext_lazy("ticket priority", "Normal")
    HIGH = 30, pgettext_lazy("ticket priority", "High")
    URGENT = 40, pgettext_lazy("ticket priority", "Urgent")


# Solved may come back, closed is final: whoever has a new problem gets a new ticket.
MOVES: dict[str, frozenset[str]] = {
    State.NEW: frozenset({State.OPEN, State.PENDING, State.SOLVED, State.CLOSED}),
    State.OPEN: frozenset({State.PENDING, State.SOLVED, State.CLOSED}),
    State.PENDING: frozenset({State.OPEN, State.SOLVED, State.CLOSED}),
    State.SOLVED: frozenset({State.OPEN, State.CLOSED}),
    State.CLOSED: frozenset(),
}

# What the customer is told: four steps, in the order in which they are passed.
PROGRESS: tuple[tuple[_StrPromise, frozenset[str]], ...] = (
    (_("Received"), frozenset({State.NEW})),
    (_("In work"), frozenset({State.OPEN, State.PENDING})),
    (_("Answered"), frozenset({State.SOLVED})),
    (_("Closed"), frozenset({State.CLOSED})),
)


def may_move(source: str, target: str) -> bool:
    """Whether a ticket in `source` may go to `target` (staying is not a move)."""
    return target in MOVES.get(source, frozenset())


def step_of(state: str) -> int:
    """The index in `PROGRESS` of a state."""
    return next(index for index, (_label, states) in enumerate(PROGRESS) if state in states)
