"""An agent logs out: nothing that was his is left waiting for a time-out."""

from __future__ import annotations

from contextlib import suppress

from rtc_service.exceptions import Conflict
from rtc_service.services import calls, seats

from ..models import Offer, OfferState, Presence, PresenceState
from . import matching, offers, presence


def log_out(user_id: int) -> None:
    """Give back the offer and the call (the customer goes first), go offline, close the sockets. Repeatable."""
    if not Presence.objects.filter(user_id=user_id).exists():
        return  # no agent
    # Offline first: what is given back must not come straight back here.
    presence.move(user_id, tuple(PresenceState), PresenceState.OFFLINE, reason="logged_out")
    for offer in Offer.objects.filter(user_id=user_id, state=OfferState.OPEN).select_related("call"):
        offers.give_back(offer, OfferState.DECLINED, reason="logged_out")
    call = calls.live_call_of(user_id)
    if call is not None:
        with suppress(Conflict):  # it may end at this moment
            calls.back_to_queue(call, cause="staff_lost", first=True)
    seats.revoke(f"u:{user_id}")
    matching.run()
