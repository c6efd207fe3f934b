"""Which calls an actor may see at all. What is not in here does not exist for them: 404."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from rest_framework.exceptions import NotFound

from ..models import Call, Participant
from ..states import Role
from .actors import Actor


def calls(actor: Actor) -> QuerySet[Call]:
    """A customer's own, a client's storefront's, all for who may view calls, and for other staff those they were on."""
    rows = Call.objects.select_related("visitor", "rating").defer("context")
    if actor.visitor is not None:
        return rows.filter(visitor=actor.visitor)
    if actor.storefront:
        rows = rows.filter(storefront=actor.storefront)
    if actor.user is None or actor.user.has_perm("rtc_service.view_call"):
        return rows
    return rows.filter(Exists(own_legs(actor.user, OuterRef("pk"))))


def own_legs(user: Any, call: Any) -> QuerySet[Participant]:
    """The legs in which `user` (never None) served on a call; having been its customer gives no right."""
    return Participant.objects.filter(call=call, user=user).exclude(role=Role.CUSTOMER)


def call(actor: Actor, uuid: UUID) -> Call:
    """One of them. Raises NotFound, alike for a missing call and for somebody else's."""
    found = calls(actor).filter(uuid=uuid).first()
    if found is None:
        raise NotFound("There is no such call.")
    return found
