"""Presence: a lease, moved by conditional updates. Every function returns whether it moved something."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from rtc_service import clock
from rtc_service.exceptions import Refused
from rtc_service.models import Call
from rtc_service.services import calls, topics
from rtc_service.states import WITH_STAFF

from ..conf import agents
from ..models import AgentProfile, Presence, PresenceState, Queue

BY_HAND = (PresenceState.OFFLINE, PresenceState.READY, PresenceState.AWAY, PresenceState.WRAP_UP)


def desk_key(user_id: int) -> str:
    return f"agents.desk:{user_id}"


def queue_key(slug: str) -> str:
    return f"agents.queue:{slug}"


def of(user_id: int) -> Presence:
    """The user's row, made when it is first needed."""
    presence, _ = Presence.objects.get_or_create(user_id=user_id, defaults={"since": clock.now()})
    return presence


def move(
    user_id: int,
    sources: tuple[PresenceState, ...],
    target: PresenceState,
    *,
    reason: str = "",
    until: float | None = None,
) -> bool:
    """One conditional change of state; tells the desk and the queues."""
    now = clock.now()
    changes: dict[str, object] = {
        "state": target,
        "reason": reason[:64],
        "since": now,
        "until": None if until is None else now + timedelta(seconds=until),
    }
    if target == PresenceState.READY:
        changes |= {"idle_since": now}
    with transaction.atomic():
        moved = Presence.objects.filter(user_id=user_id, state__in=sources).update(**changes)
        if moved:
            topics.bump(desk_key(user_id))
            bump_queues()
    return bool(moved)


def bump_queues() -> None:
    """The waiting customers see how many agents are free."""
    for slug in Queue.objects.filter(active=True).values_list("slug", flat=True):
        topics.bump(queue_key(slug))


def ready(user_id: int) -> bool:
    """The agent wants calls: by hand, from a live socket. Whoever may take calls is an agent from now on, unless a
    supervisor has switched the profile off. Raises Refused."""
    profile, _ = AgentProfile.objects.get_or_create(user_id=user_id)
    if not profile.active:
        raise Refused("your profile as an agent is switched off", code="inactive_agent")
    of(user_id)
    lease = clock.after(agents().LEASE_SECONDS)
    Presence.objects.filter(user_id=user_id).update(lease_until=lease, missed=0)
    return move(user_id, BY_HAND, PresenceState.READY)


def away(user_id: int, reason: str = "") -> bool:
    """The agent wants no calls."""
    of(user_id)
    Presence.objects.filter(user_id=user_id).update(lease_until=clock.after(agents().LEASE_SECONDS))
    return move(user_id, BY_HAND, PresenceState.AWAY, reason=reason)


def renew(user_ids: list[int]) -> None:
    """The heartbeat: sockets of these users were heard."""
    if user_ids:
        lease = clock.after(agents().LEASE_SECONDS)
        Presence.objects.filter(user_id__in=user_ids).exclude(state=PresenceState.OFFLINE).update(lease_until=lease)


def after_call(user_id: int, call: Call) -> bool:
    """The agent's call is over: wrap-up, with a timer that lives here. Not while the agent is in another call: this one
    may have gone back to the queue long ago."""
    if calls.live_call_of(user_id) is not None:
        return False
    queue = Queue.objects.filter(slug=call.queue).first()
    seconds = queue.wrap_up_seconds if queue and queue.wrap_up_seconds is not None else agents().WRAP_UP_SECONDS
    if seconds <= 0:
        return move(user_id, (PresenceState.BUSY,), PresenceState.READY)
    return move(user_id, (PresenceState.BUSY,), PresenceState.WRAP_UP, until=seconds)


def sweep() -> int:
    """Leases and timers that ran out, and agents whose call ended while nobody was looking."""
    now = clock.now()
    moved = 0
    idle = (PresenceState.READY, PresenceState.AWAY, PresenceState.WRAP_UP)
    for user_id in Presence.objects.filter(state__in=idle, lease_until__lt=now).values_list("user_id", flat=True)[:500]:
        moved += move(user_id, idle, PresenceState.OFFLINE, reason="lost")
    for user_id in Presence.objects.filter(state=PresenceState.WRAP_UP, until__lt=now).values_list(
        "user_id", flat=True
    )[:500]:
        moved += move(user_id, (PresenceState.WRAP_UP,), PresenceState.READY)
    busy = Presence.objects.filter(state=PresenceState.BUSY).values_list("user_id", flat=True)
    live = set(Call.objects.filter(staff_id__in=busy, state__in=WITH_STAFF).values_list("staff_id", flat=True))
    for user_id in set(busy) - live:
        last = Call.objects.filter(answered_by_id=user_id).order_by("-answered").first()
        if last is not None:
            moved += after_call(user_id, last)
    return moved
