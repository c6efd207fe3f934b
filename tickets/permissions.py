"""May this user? Asked by every door."""

from __future__ import annotations

from typing import Any

from rtc_service.models import Participant
from rtc_service.states import Role

from .models import Ticket


def may_edit(user: Any, ticket: Ticket) -> bool:
    """Whoever holds the permission; of those who take calls the assignee and who has been on the ticket's call.

    Who serves no longer has been on many calls, and is a customer like others now."""
    if not user.is_authenticated or not user.is_active:
        return False
    if user.has_perm("rtc_tickets.change_ticket"):
        return True
    if not user.has_perm("rtc_service.take_calls"):
        return False
    return ticket.assignee_id == user.pk or (
        ticket.call_id is not None
        and Participant.objects.filter(call_id=ticket.call_id, user=user).exclude(role=Role.CUSTOMER).exists()
    )
