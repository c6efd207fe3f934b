"""What the workbench's header and the waiting customer are shown."""

from __future__ import annotations

from typing import Any

from rtc_service import clock, crypto
from rtc_service.models import Call
from rtc_service.registry import Follower
from rtc_service.services import calls
from rtc_service.states import CallState

from ..models import Offer, OfferState, Presence, PresenceState, Queue, WrapUp
from . import presence


def read(user_id: int) -> dict[str, Any]:
    """Shape: docs/architecture.md, "Desk"."""
    row = Presence.objects.filter(user_id=user_id).first()
    offer = Offer.objects.select_related("call__visitor").filter(user_id=user_id, state=OfferState.OPEN).first()
    call = calls.live_call_of(user_id)
    return {
        "presence": {
            "state": row.state if row else PresenceState.OFFLINE,
            "reason": row.reason if row else "",
            "since": clock.millis(row.since) if row else None,
            "until": clock.millis(row.until) if row else None,
        },
        "offer": _offer(offer) if offer else None,
        "call": str(call.uuid) if call else None,
        "wrap_up": _wrap_up(user_id, row),
        "waiting": Call.objects.filter(state=CallState.WAITING).count(),
    }


def _offer(offer: Offer) -> dict[str, Any]:
    call = offer.call
    return {
        "offer": str(offer.uuid),
        "call": str(call.uuid),
        "number": offer.number,
        "until": clock.millis(offer.until),
        "seconds": round((offer.until - offer.created).total_seconds(), 1),
        "customer": crypto.mask_name(call.visitor.name),
        "tier": call.tier,
        "page_kind": call.page_kind,
        "title": call.title,
        "subject": call.subject_ref,
        "language": call.language,
        "media": call.media,
        "waited": round((offer.created - call.requested).total_seconds(), 1),
    }


def _wrap_up(user_id: int, row: Presence | None) -> dict[str, Any] | None:
    if row is None or row.state != PresenceState.WRAP_UP:
        return None
    last = Call.objects.filter(answered_by_id=user_id).order_by("-answered").first()
    if last is None or WrapUp.objects.filter(call=last, user_id=user_id).exists():
        return None
    return {"call": str(last.uuid), "until": clock.millis(row.until)}


def read_desks(key: str, followers: list[Follower]) -> dict[Follower, dict[str, Any]]:
    """Topic `agents.desk:<user id>`: only its owner reads it."""
    owner = int(key.rpartition(":")[2])
    return {follower: read(owner) for follower in followers if follower.user_id == owner}


def read_queue(key: str, followers: list[Follower]) -> dict[Follower, dict[str, Any]]:
    """Topic `agents.queue:<slug>`: how many wait, how many agents work and are free; to a call also its place."""
    slug = key.partition(":")[2]
    waiting = list(
        Call.objects.filter(queue=slug, state=CallState.WAITING)
        .order_by("-priority", "requested", "pk")
        .values_list("uuid", flat=True)
    )
    place = {uuid: number for number, uuid in enumerate(waiting, 1)}
    alive = Presence.objects.filter(lease_until__gt=clock.now()).exclude(
        state__in=[PresenceState.OFFLINE, PresenceState.AWAY]
    )
    states = list(alive.values_list("state", flat=True))
    common = {"waiting": len(waiting), "agents": len(states), "free": states.count(PresenceState.READY)}
    return {
        follower: common if follower.call is None else {"position": place.get(follower.call, 0), **common}
        for follower in followers
    }


def topics_of_call(call: Call) -> list[str]:
    """A customer follows the queue as long as nobody has answered."""
    waiting = call.state in (CallState.WAITING, CallState.RINGING)
    return [presence.queue_key(call.queue)] if waiting else []


def topics_of_staff(user_id: int) -> list[str]:
    return [presence.desk_key(user_id)]


def queues_of_staff(user_id: int) -> list[str]:
    """How many wait stands on every desk, and is read once for all of them."""
    return [presence.queue_key(slug) for slug in Queue.objects.filter(active=True).values_list("slug", flat=True)]
