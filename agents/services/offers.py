"""Offers: one agent is rung for one call; accept, decline, no answer and withdrawal each win or lose by one update."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, Max, OuterRef

from rtc_service import clock
from rtc_service.exceptions import Conflict, NotYours, Taken
from rtc_service.models import Call
from rtc_service.services import calls, topics
from rtc_service.states import CallState

from ..conf import agents
from ..models import AgentProfile, Offer, OfferState, Presence, PresenceState, Queue
from . import presence

# The core's own time-out of a ringing call is the net below the offer's, so it comes a little later.
NET_SECONDS = 5.0


def make(call: Call, user_id: int) -> Offer | None:
    """Ring a call at a ready agent; None when the agent or the call was taken meanwhile."""
    queue = Queue.objects.filter(slug=call.queue).first()
    seconds = queue.ring_seconds if queue and queue.ring_seconds else agents().RING_SECONDS
    try:
        with transaction.atomic():
            # Lock order: agent, then call.
            now = clock.now()
            reserved = Presence.objects.filter(user_id=user_id, state=PresenceState.READY, lease_until__gt=now).update(
                state=PresenceState.RESERVED, since=now
            )
            if not reserved:
                return None
            number = (Offer.objects.filter(call=call).aggregate(last=Max("number"))["last"] or 0) + 1
            calls.ring(call, number=number, seconds=seconds + NET_SECONDS)
            offer = Offer.objects.create(
                call=call, user_id=user_id, number=number, created=now, until=clock.after(seconds)
            )
            topics.bump(presence.desk_key(user_id))
    except (Conflict, IntegrityError):
        return None
    return offer


def _find(uuid: UUID, user_id: int) -> Offer:
    offer = Offer.objects.select_related("call").filter(uuid=uuid, user_id=user_id).first()
    if offer is None:
        raise NotYours("no such offer to you")
    return offer


def _settle(offer: Offer, state: OfferState, reason: str = "") -> bool:
    rows = Offer.objects.filter(pk=offer.pk, state=OfferState.OPEN)
    return bool(rows.update(state=state, reason=reason[:64], settled=clock.now()))


def accept(uuid: UUID, *, by: int) -> Call:
    """The agent takes the call. Raises NotYours, or Taken when the offer is over or the customer has left."""
    offer = _find(uuid, by)
    profile = AgentProfile.objects.select_related("user").filter(user_id=by).first()
    with transaction.atomic():
        if offer.until < clock.now() or not _settle(offer, OfferState.ACCEPTED):
            raise Taken("this offer is over")
        Presence.objects.filter(user_id=by).update(state=PresenceState.BUSY, since=clock.now(), missed=0)
        call = Call.objects.get(pk=offer.call_id)
        try:
            calls.answer(call, user_id=by, name=profile.shown_name if profile else "", version=call.version)
        except Conflict:
            raise Taken("this call is over or somebody else has it") from None
        topics.bump(presence.desk_key(by))
    return call


def decline(uuid: UUID, *, by: int, reason: str = "") -> None:
    """Not this one: the call goes to the next agent, its place kept."""
    offer = _find(uuid, by)
    if not give_back(offer, OfferState.DECLINED, reason=reason):
        raise Taken("this offer is over")


def give_back(offer: Offer, state: OfferState, *, reason: str = "", cause: str = "") -> bool:
    """Settle an open offer without an answer: free the agent, then the call goes back to the queue.

    `cause` stands in the log, which the customer reads too; an agent's own `reason` only in the offer."""
    with transaction.atomic():
        if not _settle(offer, state, reason):
            return False
        _free(offer, missed=state == OfferState.MISSED)
        call = Call.objects.get(pk=offer.call_id)
        if call.state == CallState.RINGING:
            with suppress(Conflict):  # cancelled at this moment
                calls.back_to_queue(call, cause=cause or str(state))
    return True


def _free(offer: Offer, *, missed: bool) -> None:
    """The reserved agent is ready again; whoever misses too often is set away and told."""
    reserved = (PresenceState.RESERVED,)
    if not missed:
        Presence.objects.filter(user_id=offer.user_id, state__in=reserved).update(missed=0)
        presence.move(offer.user_id, reserved, PresenceState.READY)
        return
    Presence.objects.filter(user_id=offer.user_id).update(missed=F("missed") + 1)
    row = Presence.objects.get(user_id=offer.user_id)
    if row.missed >= agents().MISSES_BEFORE_AWAY:
        presence.move(offer.user_id, reserved, PresenceState.AWAY, reason="missed")
    else:
        presence.move(offer.user_id, reserved, PresenceState.READY)


def withdraw(call: Call) -> None:
    """The customer has left while it rang."""
    for offer in Offer.objects.filter(call=call, state=OfferState.OPEN):
        give_back(offer, OfferState.WITHDRAWN)


def sweep() -> int:
    """Offers whose time is over, whose agent's lease ran out, or whose call does not ring any more."""
    now = clock.now()
    moved = 0
    open_offers = list(Offer.objects.filter(state=OfferState.OPEN).select_related("call")[:500])
    leases = dict(
        Presence.objects.filter(user__in=[offer.user_id for offer in open_offers]).values_list("user_id", "lease_until")
    )
    for offer in open_offers:
        lease = leases.get(offer.user_id)
        if offer.call.state != CallState.RINGING:
            moved += give_back(offer, OfferState.WITHDRAWN)
        elif lease is None or lease < now:
            moved += give_back(offer, OfferState.MISSED, reason="lost", cause="lost")
            presence.move(
                offer.user_id, (PresenceState.READY, PresenceState.AWAY), PresenceState.OFFLINE, reason="lost"
            )
        elif offer.until < now:
            moved += give_back(offer, OfferState.MISSED)
    return moved + _free_the_forgotten()


def _free_the_forgotten() -> int:
    """A process killed between the offer and its settling leaves an agent reserved for nothing."""
    rung = Offer.objects.filter(user=OuterRef("user"), state=OfferState.OPEN)
    forgotten = Presence.objects.filter(~Exists(rung), state=PresenceState.RESERVED).values_list("user_id", flat=True)
    return sum(presence.move(user_id, (PresenceState.RESERVED,), PresenceState.READY) for user_id in forgotten)
