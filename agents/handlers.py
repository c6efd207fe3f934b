"""The leaf's messages on the socket, and what follows from the call's events."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta

from rtc_service import registry
from rtc_service.exceptions import Conflict, NotYours
from rtc_service.models import Event
from rtc_service.registry import Caller
from rtc_service.services import topics
from rtc_service.signalling.protocol import Body, Empty, Short

from .models import Queue
from .services import desk, matching, offers, presence, wrap_up

# After these somebody else's place in the queue, or the number of free agents, is another one.
QUEUE_MOVES = ("call.requested", "call.ringing", "call.waiting", "call.ended")


class Away(Body):
    """agents.away: why the agent takes no calls."""

    reason: Short = ""


class Accept(Body):
    """agents.accept"""

    offer: UUID


class Decline(Body):
    """agents.decline"""

    offer: UUID
    reason: Short = ""


class Finish(Body):
    """agents.wrap_up: code and note of a call that has ended."""

    call: UUID
    code: Short = ""
    note: Annotated[str, Meta(max_length=8000)] = ""


def _user(caller: Caller) -> int:
    if caller.user_id is None:
        raise NotYours("for staff only")  # registered so: cannot be reached
    return caller.user_id


def ready(caller: Caller, body: Empty) -> None:
    if not presence.ready(_user(caller)):
        raise Conflict("you are in a call or being rung")
    matching.run()


def away(caller: Caller, body: Away) -> None:
    if not presence.away(_user(caller), body.reason):
        raise Conflict("you are in a call or being rung")


def accept(caller: Caller, body: Accept) -> dict[str, Any]:
    return {"attach": str(offers.accept(body.offer, by=_user(caller)).uuid)}


def decline(caller: Caller, body: Decline) -> None:
    offers.decline(body.offer, by=_user(caller), reason=body.reason)
    matching.run()


def finish(caller: Caller, body: Finish) -> None:
    wrap_up.finish(body.call, by=_user(caller), code=body.code, note=body.note)
    matching.run()


def on_event(*, event: Event, **_: Any) -> None:
    """After the commit. All of this is repeated by the sweepers, should it be lost here."""
    call = event.call
    if event.kind in ("call.ended", "call.waiting"):
        if event.kind == "call.ended":
            offers.withdraw(call)
        if call.answered_by_id is not None:
            presence.after_call(call.answered_by_id, call)
    if event.kind in ("call.requested", "call.waiting", "call.ended"):
        matching.run()  # before the topic: somebody waits for the ring
    if event.kind in QUEUE_MOVES:
        topics.bump(presence.queue_key(call.queue))


def which_queue(visitor: Any, body: Any) -> dict[str, Any]:
    """Context provider: the queue that a new call waits in."""
    queue = Queue.objects.filter(active=True).first()
    return {"queue": queue.slug if queue else ""}


def register() -> None:
    staff = {"staff"}
    registry.message("agents.ready", Empty, ready, staff)
    registry.message("agents.away", Away, away, staff)
    registry.message("agents.accept", Accept, accept, staff)
    registry.message("agents.decline", Decline, decline, staff)
    registry.message("agents.wrap_up", Finish, finish, staff)
    registry.event("agents.wrapped_up", "staff")
    registry.context("agents", which_queue, prompt=True)
    registry.desk("agents", desk.read)
    registry.topic("agents.desk:", desk.read_desks, for_staff=desk.topics_of_staff)
    registry.topic("agents.queue:", desk.read_queue, for_call=desk.topics_of_call, for_staff=desk.queues_of_staff)
    registry.lease("agents", presence.renew)
    registry.sweeper("rtc_agents.offers", offers.sweep)
    registry.sweeper("rtc_agents.presence", presence.sweep)
    registry.sweeper("rtc_agents.matching", matching.run)
