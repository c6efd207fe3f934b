"""What can go wrong with a ticket. Codes are stable; doors translate them to HTTP."""

from __future__ import annotations

from typing import Any


class TicketError(Exception):
    """Base."""

    code = "ticket_error"


class TicketConflict(TicketError):
    """Somebody else has written since the caller read: `current` holds the values that stand now, with `version`."""

    code = "version_conflict"

    def __init__(self, current: dict[str, Any]) -> None:
        super().__init__(f"the ticket is at version {current['version']}")
        self.current = current


class MoveRefused(TicketError):
    """The ticket's state does not allow this move."""

    code = "move_refused"

    def __init__(self, source: str, target: str) -> None:
        super().__init__(f"{source} -> {target}")
        self.source = source
        self.target = target
