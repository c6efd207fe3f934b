"""Section "tickets" of `RTC_SERVICE`."""

from __future__ import annotations

from dataclasses import dataclass, field

from rtc_service import conf


def _due_hours() -> dict[str, float]:
    return {"urgent": 2, "high": 8, "normal": 48, "low": 120}


@dataclass(frozen=True)
class TicketSettings:
    """`LINK_DAYS`: how long the customer's link lives after the ticket's last change. `DUE_HOURS`: priority → hours."""

    LINK_DAYS: int = 180
    DUE_HOURS: dict[str, float] = field(default_factory=_due_hours)


def tickets() -> TicketSettings:
    """The section, read at access."""
    return conf.section("tickets", TicketSettings)
