"""May this user? Asked by every door."""

from __future__ import annotations

from typing import Any

from rtc_service.models import Participant
from rtc_service.states import Role

from .models import Ticket


def may_edit(user: Any, ticket: Ticket) -> bool:
    """Staff who have been on the ticket's call, its assignee, and whoever holds the permission."""
    if not user.is_authenticated or not user.is_active:
        return False
    if user.has_perm("rtc_tickets.change_ticket") or ticket.assignee_id == user.pk:
        return True
    return (
        ticket.call_id is not None
        and Participant.objects.filter(call_id=ticket.call_id, user=user).exclude(role=Role.CUSTOMER).exists()
    )
