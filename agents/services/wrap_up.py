"""The agent's word on a call afterwards."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from rtc_service import clock
from rtc_service.exceptions import BadRequest, NotYours
from rtc_service.models import Participant
from rtc_service.services import timeline
from rtc_service.states import Role

from ..models import PresenceState, WrapUp, WrapUpCode
from . import presence

NOTE_CHARACTERS = 4_000


def finish(call_uuid: UUID, *, by: int, code: str, note: str) -> WrapUp:
    """Keep code and note of the agent's leg and end the wrap-up. Raises NotYours, BadRequest."""
    leg = (
        Participant.objects.select_related("call")
        .filter(call__uuid=call_uuid, user_id=by, role=Role.STAFF)
        .order_by("-pk")
        .first()
    )
    if leg is None:
        raise NotYours("no such call of yours")
    if len(note) > NOTE_CHARACTERS:
        raise BadRequest(f"a note has {NOTE_CHARACTERS} characters at most", code="too_large")
    known = WrapUpCode.objects.filter(code=code, active=True).first() if code else None
    if code and known is None:
        raise BadRequest("no such wrap-up code", code="unknown_code")
    with transaction.atomic():
        # Lock order: agent, then call.
        presence.move(by, (PresenceState.WRAP_UP,), PresenceState.READY)
        wrap_up, _ = WrapUp.objects.update_or_create(
            participant=leg,
            defaults={"call": leg.call, "user_id": by, "code": known, "note": note, "created": clock.now()},
        )
        timeline.append(leg.call, "agents.wrapped_up", actor=leg.uuid, data={"code": code})
    return wrap_up
