"""What the parties may say about the recording of their call. Each parses, authorises, calls one service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rtc_service import registry
from rtc_service.exceptions import NotYours
from rtc_service.models import Participant
from rtc_service.registry import Caller
from rtc_service.signalling.protocol import Empty
from rtc_service.states import LegKind, Role

from .services import actors, steps


def _leg(caller: Caller, role: Role) -> Participant:
    """The caller's leg in the call that it talks in. Raises NotYours, also once it has left."""
    legs = Participant.objects.select_related("call", "visitor")
    leg = legs.filter(pk=caller.participant_id or 0, role=role, kind=LegKind.TALK, left__isnull=True).first()
    if leg is None:
        raise NotYours("no such call of yours")
    return leg


def _handler(step: Callable[..., str], role: Role = Role.STAFF) -> Callable[[Caller, Empty], dict[str, Any]]:
    def handle(caller: Caller, body: Empty) -> dict[str, Any]:
        leg = _leg(caller, role)
        return {"state": step(leg.call, by=actors.of_leg(leg))}

    return handle


start = _handler(steps.start_by_hand)
stop = _handler(steps.stop_by_hand)
pause = _handler(steps.pause_by_hand)
resume = _handler(steps.resume_by_hand)
withdraw = _handler(steps.withdraw_by_customer, Role.CUSTOMER)


def register() -> None:
    """Called once from the leaf's AppConfig."""
    staff = {"staff"}
    registry.message("recordings.start", Empty, start, staff)
    registry.message("recordings.stop", Empty, stop, staff)
    registry.message("recordings.pause", Empty, pause, staff)
    registry.message("recordings.resume", Empty, resume, staff)
    registry.message("recordings.withdraw", Empty, withdraw, {"customer"})
