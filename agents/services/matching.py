"""Give waiting calls to ready agents: oldest call first, longest idle agent first. Runs after the commit that changed
either side, in the process that committed, and in every tick; conditional updates make it safe to run anywhere."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, F, OuterRef

from rtc_service import clock
from rtc_service.models import Call, Participant
from rtc_service.states import CallState, Role

from ..conf import agents
from ..models import Offer, OfferState, Presence, PresenceState
from . import offers

BATCH = 50


def run() -> int:
    """Make as many offers as there are calls and agents for; returns how many."""
    idle = _idle_agents()
    if not idle:
        return 0
    made = 0
    # Nobody is rung for a customer whose page is gone: whoever comes back in time still has the place.
    here = Participant.objects.filter(call=OuterRef("pk"), role=Role.CUSTOMER, left__isnull=True, present=True)
    waiting = Call.objects.filter(Exists(here), state=CallState.WAITING).order_by("-priority", "requested", "pk")
    for call in waiting[:BATCH]:
        for user_id in _order(call, idle):
            if offers.make(call, user_id) is not None:
                made += 1
                idle.remove(user_id)
                break
            call.refresh_from_db()
            if call.state != CallState.WAITING:
                break
        if not idle:
            break
    return made


def _idle_agents() -> list[int]:
    ready = Presence.objects.filter(
        state=PresenceState.READY,
        lease_until__gt=clock.now(),
        user__is_active=True,
        user__rtc_agents_profile__active=True,
    )
    return list(ready.order_by(F("idle_since").asc(nulls_first=True), "pk").values_list("user_id", flat=True))


def _order(call: Call, idle: list[int]) -> list[int]:
    """Longest idle first; who has just let this call go by comes back to it after a while only."""
    recently = clock.now() - timedelta(seconds=agents().DECLINED_AGAIN_SECONDS)
    passed = set(
        Offer.objects.filter(
            call=call, user_id__in=idle, settled__gt=recently, state__in=[OfferState.DECLINED, OfferState.MISSED]
        ).values_list("user_id", flat=True)
    )
    return [user_id for user_id in idle if user_id not in passed]
