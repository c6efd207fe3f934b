"""The one socket of a tab: parse, authorise, hand over. Pings and link messages never leave the event loop; what needs
the database goes to the socket's `WorkQueue`."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any
from uuid import UUID

from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer

from .. import conf, registry, tokens
from ..db import in_db
from ..exceptions import BadRequest, Flood, NotYours, RtcError, TooLarge
from ..registry import Follower
from ..services import audit
from ..services.seats import Sitting
from ..states import Role
from . import attendance, hosts, hub, limits, protocol
from .attachments import Attachments
from .attendance import Attended, Leg
from .following import Following
from .greeting import Greeting
from .outgoing import Outgoing
from .work import WorkQueue

log = logging.getLogger("rtc_service.signalling")
FLOOD_STRIKES = 200
STRIKE_MEMORY = 10.0  # seconds without a strike after which they are forgotten


class SignallingConsumer(Outgoing, AsyncConsumer):
    """Others on the loop read: key, epoch, role, user_id, address, session_key, attached, legs, seqs, topics, follower,
    heard, opened, welcomed, closing; and call deliver, say, bye, drop, push_event, push_topic."""

    channel_layer_alias = None  # the hub speaks to the layer, once for the whole process

    def __init__(self) -> None:
        super().__init__()
        self.key = self.role = self.address = self.network = self.origin = self.session_key = ""
        self.epoch = 0
        self.user_id: int | None = None
        self.visitor_id: int | None = None
        self.attached = Attachments(self)
        self.following = Following(self)
        self.topics: set[str] = set()
        self.topic_versions: dict[str, int] = {}
        self.follower = Follower()
        self.welcomed = False
        self.opened = self.heard = time.monotonic()
        self._work = WorkQueue(self)
        self._tasks: list[asyncio.Task[None]] = []
        self._greeting = Greeting(self)
        self._audits = limits.Bucket(1.0, 20.0)
        self._costly = {kind: limits.Bucket(*limit) for kind, limit in limits.COSTLY.items()}
        self._catching_up = limits.Bucket(*limits.CATCHING_UP)
        self._ponged: dict[str, int] = {}
        self._strikes, self._struck = 0, 0.0

    @property
    def legs(self) -> dict[str, Leg]:
        return self.attached.legs

    @property
    def seqs(self) -> dict[str, int]:
        return self.attached.seqs

    # --- ASGI

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Lean on purpose: Channels' own hops through one thread for every message (docs/decisions/0008)."""
        kind = message["type"]
        if kind == "websocket.receive":
            await self._receive(message)
        elif kind == "websocket.connect":
            await self._connect()
        elif kind == "websocket.disconnect":
            await self._disconnect()
            raise StopConsumer

    async def _connect(self) -> None:
        settings = conf.core()
        self.hub = hub.current()
        self.bucket = limits.Bucket(settings.MESSAGE_RATE, settings.MESSAGE_BURST)
        peer = (self.scope.get("client") or ["", 0])[0]
        forwarded = limits.header(self.scope, b"x-forwarded-for")
        self.address = limits.client_address(str(peer or ""), forwarded, settings.TRUSTED_PROXIES)
        self.network = limits.network(self.address)
        self.origin = limits.header(self.scope, b"origin")
        # Accept first: a refusal before that reaches the browser as 1006 without a reason.
        await self.send({"type": "websocket.accept"})
        self.hub.add(self)
        self._tasks = [self.hub.loop.create_task(run) for run in (self._write(), self._work.run())]
        host = hosts.our_host(limits.header(self.scope, b"host"))
        if self.origin and not limits.origin_allowed(self.origin, host, settings.ALLOWED_ORIGINS):
            await self._turn_away("origin", protocol.CLOSE_NOT_YOURS, NotYours("this origin may not connect"))
        elif self._is_service():
            self._greeting.expect(settings.HELLO_SECONDS)
        elif self.address and self.hub.by_address[self.network] > settings.SOCKETS_PER_ADDRESS:
            await self._turn_away("sockets", protocol.CLOSE_FLOOD, Flood("too many connections from this address"))
        elif self.address and not self.hub.arrivals.take(self.network):
            await self._turn_away("rate", protocol.CLOSE_RESTART, Flood("too many new connections", retry_after=5.0))
        else:
            self._greeting.expect(settings.HELLO_SECONDS)

    def _is_service(self) -> bool:
        """A server-side peer: many of them share one address."""
        scheme, _, token = limits.header(self.scope, b"authorization").partition(" ")
        return scheme == "Bearer" and tokens.is_service(token)

    async def _turn_away(self, why: str, code: int, error: RtcError) -> None:
        self.refuse(None, error)
        self.close(code)
        if self.hub.refusals.take(self.network):  # who is turned away all the time does not fill the table
            await self._audit(f"socket.refused.{why}", address=self.address, origin=self.origin[:200])

    async def _disconnect(self) -> None:
        self.closing = True
        self._greeting.close()
        for task in self._tasks:
            task.cancel()
        self.attached.close()
        self.following.close()
        self.hub.remove(self)
        if self.welcomed:
            legs = [leg.pk for leg in self.legs.values()]
            await in_db(attendance.left, self.key, self.epoch, legs)

    # --- in

    async def _receive(self, message: dict[str, Any]) -> None:
        """The error boundary: whatever comes in, the sender gets a named error and the socket lives."""
        if self.closing:
            return
        self.heard = time.monotonic()
        envelope: protocol.Envelope | None = None
        try:
            frame = message.get("text") or message.get("bytes") or ""
            if not self.bucket.take():
                self._flood()
            if limits.size(frame) > conf.core().MESSAGE_BYTES:
                raise TooLarge(f"a message has {conf.core().MESSAGE_BYTES} bytes at most")
            envelope = protocol.decode(frame)
            await self._route(envelope)
        except protocol.BadMessage as error:
            self.refuse(envelope.id if envelope else None, BadRequest(error.detail, code=error.code))
        except RtcError as error:
            self.refuse(envelope.id if envelope else None, error)
        except Exception:  # noqa: BLE001  the boundary itself
            log.exception("a message broke its handler")
            self.refuse(envelope.id if envelope else None, RtcError("internal error", code="internal"))

    def _flood(self) -> None:
        now = time.monotonic()
        if now - self._struck > STRIKE_MEMORY:
            self._strikes = 0
        self._struck = now
        self._strikes += 1
        if self._strikes == FLOOD_STRIKES:
            self.close(protocol.CLOSE_FLOOD)
            self.hub.spawn(self._audit("socket.flood", actor=self.key, address=self.address))
        raise Flood("slow down", retry_after=1.0)

    async def _route(self, envelope: protocol.Envelope) -> None:
        kind = envelope.kind
        if kind == "ping":
            self._pong(protocol.decode_body(envelope.body, protocol.Ping), envelope)
        elif kind == "hello":
            await self._greeting.hello(envelope)
        elif not self.key:
            raise NotYours("say hello first")
        elif kind in self._costly and not self._costly[kind].take():
            raise Flood(f"too much {kind} at once", retry_after=2.0)
        elif kind == "link.description" or kind == "link.candidates":
            await self._relay(envelope)
        elif kind == "link.ahead" and self.role == Role.CUSTOMER:
            self.attached.tell_ahead(protocol.decode_body(envelope.body, protocol.LinkAhead))
            self._done(envelope)
        elif kind == "replay":
            self._work.put(envelope, None, protocol.decode_body(envelope.body, protocol.Replay))
        else:
            known = registry.get().messages.get(kind)
            if known is None:
                raise BadRequest(f"unknown kind {kind!r}", code="unknown_kind")
            if self.role not in known.roles:
                await self.smells(envelope)
                raise NotYours(f"{kind} is not for a {self.role}")
            self._work.put(envelope, known, protocol.decode_body(envelope.body, known.body))

    def _pong(self, body: protocol.Ping, envelope: protocol.Envelope) -> None:
        for call, seq in body.seqs.items():
            behind = call in self.seqs and seq < self._ponged.get(call, 0)
            if behind and not self.closing and self._catching_up.take():
                # It missed what came before the last pong: it reads again from where it is.
                self.seqs[call] = seq
                self.hub.tailer.read(call)
        self._ponged = dict(self.seqs)
        answer = protocol.Pong(body.t, round(time.time() * 1000, 1), dict(self.seqs), dict(self.topic_versions))
        self.say("pong", answer, id=envelope.id)

    async def _relay(self, envelope: protocol.Envelope) -> None:
        try:
            self.attached.relay(envelope)
        except NotYours:
            await self.smells(envelope)
            raise
        self._done(envelope)

    def _done(self, envelope: protocol.Envelope) -> None:
        if envelope.id is not None:
            self.say("ok", protocol.Ok(), id=envelope.id)

    async def smells(self, envelope: protocol.Envelope) -> None:
        """Audit a refusal; who is refused all the time does not fill the table."""
        if self._audits.take():
            await self._audit(
                "message.refused", actor=self.key, address=self.address, target=envelope.kind, call=envelope.call
            )

    async def _audit(self, action: str, **data: Any) -> None:
        try:
            await in_db(audit.record, action, **data)
        except Exception:  # noqa: BLE001  the refusal stands, and the socket must be cleaned up, without the database too
            log.exception("auditing %s failed", action)

    # --- who it is

    def sit(self, sitting: Sitting) -> None:
        """This socket speaks for a person from here on; older ones of the same person say goodbye."""
        self.key, self.role, self.epoch = sitting.key, sitting.role, sitting.epoch
        self.user_id = sitting.user_id
        self.visitor_id = sitting.visitor.pk if sitting.visitor else None
        self.session_key = sitting.session_key
        self.follower = Follower(user_id=self.user_id)
        self.welcomed = True
        self.hub.by_key[self.key].add(self)
        self.hub.seated(self.key, self.epoch)

    # --- calls and topics, pushed by the tailer

    def attach(self, attended: Attended, seen: dict[str, tuple[int, int]]) -> None:
        """Take part in a call from here. `seen`: link -> (generation, n) of what the browser has read."""
        if self.user_id is None:
            self.follower = Follower(call=UUID(attended.leg.call))
        self.attached.attach(attended, seen)

    def push_event(self, row: dict[str, Any]) -> None:
        self.attached.push(row)
        if row["kind"].startswith("call."):
            self.following.soon()

    def push_topic(self, key: str, version: int, value: dict[str, Any]) -> None:
        if key in self.topics and version >= self.topic_versions.get(key, -1):
            self.topic_versions[key] = version
            self.say("topic", protocol.TopicValue(key, version, value))
