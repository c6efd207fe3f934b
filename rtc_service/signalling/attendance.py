"""The database side of a socket: who sits down, in which call, with which legs and links. Runs in database threads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from .. import aftermath, clock, registry, tokens
from ..db import reading
from ..exceptions import BadRequest, NotYours
from ..models import Call, Participant
from ..registry import Caller
from ..services import calls, links, participants, prompts, seats, snapshots
from ..states import CallState, Role
from . import protocol

AFTERWARDS = timedelta(minutes=5)  # how long a reload still shows the ended call and its rating


@dataclass(frozen=True)
class Leg:
    """A socket's leg in one call, as the event loop needs it."""

    pk: int
    uuid: UUID
    call_pk: int
    call: str
    role: str


@dataclass(frozen=True)
class Attended:
    """A leg and the call's snapshot, consistent with each other."""

    leg: Leg
    snapshot: dict[str, Any]
    prompts: list[dict[str, Any]]


@dataclass(frozen=True)
class Welcomed:
    sitting: seats.Sitting
    attended: Attended | None
    desk: dict[str, Any]


def welcome(body: protocol.Hello, *, origin: str, process: str, claims: dict[str, Any] | None) -> Welcomed:
    """Check the token, take the seat, come back into the open call. `claims`: the fresh token's, spent before."""
    if claims is None:
        claims, resume_n = _claims(body, origin)
    else:
        resume_n = None
    sitting = seats.take(claims, tab=body.tab, process=process, take_over=body.take_over, resume_n=resume_n)
    call = _current_call(sitting, resumed=resume_n is not None)
    attended = None
    if call is not None:
        who = (
            Q(pk=sitting.leg_id)
            if sitting.leg_id
            else whose(sitting.visitor.pk if sitting.visitor else None, sitting.user_id)
        )
        attended = attend(call.uuid, who)
        if call.state != CallState.ENDED:
            if sitting.leg_id is None or sitting.epoch > 1:  # for a server-side peer that comes first, they are new
                _come_back(attended, body)
            attended = attend(call.uuid, who)
    desk = {}
    if sitting.user_id is not None:
        desk = {name: function(sitting.user_id) for name, function in registry.get().desks.items()}
    return Welcomed(sitting, attended, desk)


def spend(body: protocol.Hello, origin: str) -> dict[str, Any] | None:
    """Spend a fresh token once per socket, so that `hello` may be repeated with take_over after `open_elsewhere`."""
    if body.token is None:
        return None
    return seats.open_token(body.token, origin=origin)


def _claims(body: protocol.Hello, origin: str) -> tuple[dict[str, Any], int | None]:
    if body.resume is None:
        raise BadRequest("hello needs a token or a resume token")
    claims = tokens.read_resume(body.resume)
    return claims, int(claims["n"])


def _current_call(sitting: seats.Sitting, *, resumed: bool) -> Call | None:
    """The open call; for a page that was reloaded also the one that has just ended and waits for its rating."""
    if sitting.visitor is not None:
        call = calls.open_call_of(sitting.visitor)
        if call is None and resumed:
            recent = clock.now() - AFTERWARDS
            call = Call.objects.filter(visitor=sitting.visitor, ended__gt=recent, rating__isnull=True).first()
        return call
    if sitting.leg_id is not None:
        return Call.objects.get(participants__pk=sitting.leg_id)
    return None if sitting.user_id is None else calls.live_call_of(sitting.user_id)


def whose(visitor_id: int | None, user_id: int | None) -> Q:
    """The legs of a person."""
    return Q(visitor_id=visitor_id, visitor__isnull=False) if visitor_id else Q(user_id=user_id, user__isnull=False)


def attend(call_uuid: UUID, who: Q) -> Attended:
    """The newest leg of `who` in the call, and the snapshot. Raises NotYours."""
    with reading():
        legs = Participant.objects.filter(call__uuid=call_uuid).select_related("call").order_by("-pk")
        leg = legs.filter(who).first()
        if leg is None:
            raise NotYours("no such call of yours")
        call = Call.objects.select_related("visitor", "rating").get(pk=leg.call_id)
        snapshot = snapshots.of(call)
        if leg.role != Role.CUSTOMER:
            snapshot = snapshots.for_staff(call, snapshot)
        return Attended(Leg(leg.pk, leg.uuid, call.pk, str(call.uuid), leg.role), snapshot, prompts.open_of(leg))


def handle(
    handler: Callable[[Caller, Any], dict[str, Any] | None], caller: Caller, body: Any
) -> tuple[dict[str, Any], Attended | None]:
    """A message's handler; where it brought its sender into a call (`attach`) also what the socket needs for it."""
    result = dict(handler(caller, body) or {})
    attach = result.pop("attach", None)
    if attach is None:
        return result, None
    aftermath.release()  # the matching does not wait for our reading
    attended = attend(UUID(attach), whose(caller.visitor_id, caller.user_id))
    return result | {"call": attach, "participant": str(attended.leg.uuid), "snapshot": attended.snapshot}, attended


def _come_back(attended: Attended, body: protocol.Hello) -> None:
    """The leg is present again; links that the browser does not hold any more get a new generation."""
    leg = Participant.objects.select_related("call").get(pk=attended.leg.pk)
    participants.back(leg)
    held = {seen.link for seen in body.links}
    for link in links.open_links(leg):
        if link.uuid not in held:
            links.renew(link, link.generation, cause="returned")


def left(key: str, epoch: int, legs: list[int]) -> None:
    """The socket has closed by itself: nobody speaks for its legs, unless a newer socket has the seat."""
    if seats.leave(key, epoch):
        for leg in Participant.objects.filter(pk__in=legs).select_related("call"):
            participants.lost(leg)


def topic_keys(call: UUID | None, user_id: int | None) -> set[str]:
    """The topics of a socket as things stand."""
    row = Call.objects.filter(uuid=call).select_related("visitor").first() if call is not None else None
    keys: set[str] = set()
    for kind in registry.get().topics.values():
        if user_id is not None:
            keys.update(kind.for_staff(user_id))
        if row is not None:
            keys.update(kind.for_call(row))
    return keys
