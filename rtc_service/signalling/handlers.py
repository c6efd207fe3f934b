"""The core's message kinds that change something: each parses, authorises, calls one service. Database threads."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from .. import conf, registry
from ..exceptions import AlreadyInCall, BadRequest, Flood, NotYours
from ..models import Participant, Visitor
from ..registry import Caller
from ..services import calls, idempotency, links, messages, participants, prompts, quality, rates, sweeps, timeline
from ..services import duties as duty_service
from ..services import seats as seat_service
from ..states import SERVICE_ROLES, CallState, LegKind
from . import protocol

CORE_EVENTS = [
    "call.requested",
    "call.ringing",
    "call.waiting",
    "call.answered",
    "call.active",
    "call.ended",
    "call.rated",
    "participant.joined",
    "participant.lost",
    "participant.back",
    "participant.left",
    "link.opened",
    "link.up",
    "link.stale",
    "link.closed",
    "media",
    "message",
    "prompt.asked",
    "prompt.answered",
]


def _leg(caller: Caller) -> Participant:
    """The caller's leg in the envelope's call. Raises NotYours, also for a leg that has left a call which goes on."""
    if caller.participant_id is None:
        raise NotYours("no such call of yours")
    leg = Participant.objects.select_related("call").get(pk=caller.participant_id)
    if leg.left is not None and leg.call.state != CallState.ENDED:
        # Somebody else has taken the call over: a socket that still reads its log may say nothing in it.
        raise NotYours("no such call of yours")
    return leg


def _writing(caller: Caller) -> Participant:
    """The leg, for what a party may repeat without end. Raises Flood when the call's log holds enough of it."""
    leg = _leg(caller)
    if leg.call.last_seq >= conf.core().EVENTS_PER_CALL:
        raise Flood("this call's log is full")
    return leg


def request(caller: Caller, body: protocol.CallRequest) -> dict[str, Any]:
    visitor = Visitor.objects.get(pk=caller.visitor_id or 0)
    try:
        call, _leg_row = calls.request(visitor, body)
    except AlreadyInCall:
        # The second of two clicks, or of two tabs of one seat: they mean the same call.
        open_call = calls.open_call_of(visitor)
        if open_call is None:
            raise
        call = open_call
    return {"attach": str(call.uuid)}


def hang_up(caller: Caller, body: protocol.CallEnd) -> dict[str, Any]:
    leg = _leg(caller)
    return {"ended": calls.hang_up(leg.call, by=leg)}


def rate(caller: Caller, body: protocol.CallRate) -> None:
    leg = _writing(caller)
    calls.rate(leg.call, score=body.score, comment=body.comment, by=leg)


def link_state(caller: Caller, body: protocol.LinkState) -> None:
    leg = _writing(caller)
    link = links.find(body.link, leg.uuid)
    route: dict[str, str] | None = None if body.route is None else msgspec.to_builtins(body.route)
    moved = links.report(link, leg.uuid, body.generation, body.state, cause=body.cause, route=route)
    if moved and body.state == "up" and link.kind == LegKind.TALK and leg.call.state == CallState.CONNECTING:
        calls.activate(leg.call)


def link_renew(caller: Caller, body: protocol.LinkRenew) -> dict[str, Any]:
    leg = _writing(caller)
    link = links.find(body.link, leg.uuid)
    return {"renewed": links.renew(link, body.generation, cause=body.cause or "asked")}


def media(caller: Caller, body: protocol.Media) -> None:
    sources = {"camera": body.camera, "microphone": body.microphone, "screen": body.screen}
    participants.set_media(_writing(caller), sources)


def chat(caller: Caller, body: protocol.Chat) -> dict[str, Any]:
    leg = _writing(caller)
    if leg.call.state == CallState.ENDED:
        raise BadRequest("the call has ended", code="ended")
    message = messages.say(leg, client_id=body.client_id, body=body.body)
    return {"message": str(message.uuid)}


def prompt_answer(caller: Caller, body: protocol.PromptAnswer) -> None:
    prompts.answer(body.prompt, by=_leg(caller).uuid, accept=body.accept, answer=body.answer)


def quality_sample(caller: Caller, body: protocol.Quality) -> None:
    quality.keep(_leg(caller), body)


def replay_rows(call: UUID, after: int, role: str, limit: int) -> list[dict[str, Any]]:
    """Rows for `replay`, one more than the limit so that the caller sees that there are too many."""
    return [timeline.visible(row, role) for row in timeline.rows(call, after, limit + 1)]


def register() -> None:
    """Called once from the core's AppConfig."""
    for kind in CORE_EVENTS:
        registry.event(kind)
    customer = {"customer"}
    registry.message("call.request", protocol.CallRequest, request, customer)
    registry.message("call.cancel", protocol.CallEnd, hang_up, customer)
    registry.message("call.hang_up", protocol.CallEnd, hang_up)
    registry.message("call.rate", protocol.CallRate, rate, customer)
    peers = registry.Everyone | SERVICE_ROLES
    registry.message("link.state", protocol.LinkState, link_state, peers)
    registry.message("link.renew", protocol.LinkRenew, link_renew, peers)
    registry.message("media", protocol.Media, media)
    registry.message("chat", protocol.Chat, chat)
    registry.message("prompt.answer", protocol.PromptAnswer, prompt_answer)
    registry.message("quality", protocol.Quality, quality_sample)
    registry.sweeper("rtc_service.participants", participants.sweep)
    registry.sweeper("rtc_service.lost_parties", sweeps.lost_parties)
    registry.sweeper("rtc_service.overdue_calls", sweeps.overdue_calls)
    registry.sweeper("rtc_service.prompts", prompts.sweep)
    registry.sweeper("rtc_service.duties", duty_service.sweep)
    # These only clean up: once a minute is soon enough.
    registry.sweeper("rtc_service.tokens", seat_service.sweep, every=60.0)
    registry.sweeper("rtc_service.idempotency", idempotency.sweep, every=60.0)
    registry.sweeper("rtc_service.rates", rates.sweep, every=60.0)
