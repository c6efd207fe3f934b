"""Section "tickets" of `RTC_SERVICE`."""

from __future__ import annotations

from dataclasses import dataclass, field

from rtc_service import conf


def _due_hours() -> dict[str, float]:
    return {"urgent": 2, "high": 8, "normal": 48, "low": 120}


@dataclass(frozen=True)
class TicketSettings:
    """What a ticket is given when it is opened, and how long its customer may read it."""

    LINK_DAYS: int = 180  # how long the customer's link lives after the ticket's last change
    DUE_HOURS: dict[str, float] = field(default_factory=_due_hours)  # hours by priority; one left out keeps its default


def tickets() -> TicketSettings:
    """The section, read at access."""
    return conf.section("tickets", TicketSettings)


def due_hours(priority: str) -> float:
    """How long a ticket of this priority may wait."""
    return {**_due_hours(), **tickets().DUE_HOURS}[priority]
