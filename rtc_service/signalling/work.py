"""What a socket asks of the database: one ordered queue, so that a slow query delays nobody else, nor the pings."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Q

from .. import conf
from ..db import in_db
from ..exceptions import Flood, NotYours, RtcError
from ..registry import Caller, MessageKind
from . import attendance, handlers, protocol

if TYPE_CHECKING:
    from .consumer import SignallingConsumer

log = logging.getLogger("rtc_service.signalling")
WAITING = 100


class WorkQueue:
    """Belongs to one socket; `run` is a task of its whole life."""

    def __init__(self, socket: SignallingConsumer) -> None:
        self.socket = socket
        self._waiting: asyncio.Queue[tuple[protocol.Envelope, MessageKind | None, Any]] = asyncio.Queue(WAITING)

    def put(self, envelope: protocol.Envelope, kind: MessageKind | None, body: Any) -> None:
        """Queue a message that was decoded; without a kind it is `replay`. Raises Flood."""
        try:
            self._waiting.put_nowait((envelope, kind, body))
        except asyncio.QueueFull:
            raise Flood("too much at once", retry_after=1.0) from None

    async def run(self) -> None:
        """The error boundary of the queue: each message is answered, and the next one has its turn."""
        while True:
            envelope, kind, body = await self._waiting.get()
            try:
                result = await (self._replay(envelope, body) if kind is None else self._handle(envelope, kind, body))
                if result is not None and envelope.id is not None:
                    self.socket.say("ok", protocol.Ok(result), id=envelope.id)
            except RtcError as error:
                self.socket.refuse(envelope.id, error)
                if isinstance(error, NotYours):
                    await self.socket.smells(envelope)
            except Exception:  # noqa: BLE001  the boundary itself
                log.exception("handling %s failed", envelope.kind)
                self.socket.refuse(envelope.id, RtcError("internal error", code="internal"))

    async def _handle(self, envelope: protocol.Envelope, kind: MessageKind, body: Any) -> dict[str, Any] | None:
        """The handler's result, or None when it was answered here already."""
        socket = self.socket
        leg = socket.attached.leg(envelope.call)
        if envelope.call and leg is None:
            raise NotYours("no such call of yours")
        caller = Caller(
            key=socket.key,
            role=socket.role,
            visitor_id=socket.visitor_id,
            user_id=socket.user_id,
            call=UUID(leg.call) if leg else None,
            participant=leg.uuid if leg else None,
            participant_id=leg.pk if leg else None,
            call_id=leg.call_pk if leg else None,
        )
        result, attended = await in_db(attendance.handle, kind.handler, caller, body)
        if attended is None:
            return result
        if envelope.id is not None:  # before the first link.open
            socket.say("ok", protocol.Ok(result), id=envelope.id)
        socket.attach(attended, {})
        socket.following.soon()
        return None

    async def _replay(self, envelope: protocol.Envelope, body: protocol.Replay) -> None:
        socket = self.socket
        call = str(envelope.call or "")
        if call not in socket.legs or call in socket.attached.gone:
            raise NotYours("no such call of yours")
        limit = conf.core().REPLAY_EVENTS
        rows = await in_db(handlers.replay_rows, UUID(call), body.from_seq, socket.role, limit)
        if len(rows) > limit:
            attended = await in_db(attendance.attend, UUID(call), Q(pk=socket.legs[call].pk))
            answer: dict[str, Any] = {"call": call, "events": [], "snapshot": attended.snapshot}
        else:
            answer = {"call": call, "events": rows, "snapshot": None}
        socket.say("replay", answer, id=envelope.id, call=call)
