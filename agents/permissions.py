"""May this user? Asked by every door of the workbench."""

from __future__ import annotations

from typing import Any

from rtc_service.models import Call, Participant
from rtc_service.states import Role

WORKBENCH = "rtc_agents.use_workbench"


def may_use_workbench(user: Any) -> bool:
    """An active account with the permission, by group or by itself."""
    return bool(user.is_authenticated and user.is_active and user.has_perm(WORKBENCH))


def may_see_call(user: Any, call: Call) -> bool:
    """Staff who are or were on the call; having been its customer gives no right here."""
    return Participant.objects.filter(call=call, user_id=user.pk).exclude(role=Role.CUSTOMER).exists()
