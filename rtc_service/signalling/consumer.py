"""The one socket of a tab: parse, authorise, hand over. Link messages and pings never leave the event loop; what needs
the database goes through one ordered queue per socket, so that a slow query delays nobody else and not even the pings."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any
from uuid import UUID

from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer

from .. import conf, registry
from ..db import in_db
from ..exceptions import BadRequest, Conflict, Flood, NotYours, OpenElsewhere, RtcError, TokenRefused, TooLarge
from ..registry import Caller, Follower
from ..services import audit
from ..states import Role
from . import attendance, handlers, hub, limits, protocol
from .attachments import Attachments
from .attendance import Leg

log = logging.getLogger("rtc_service.signalling")
FLOOD_STRIKES = 200
STRIKE_MEMORY = 10.0  # seconds without a strike after which they are forgotten
OUT_FRAMES = 2_000
TOPICS_SECONDS = 0.5  # call events come in bursts, and while a call is being connected its parties go first
BYE_CODES = {
    "taken_over": protocol.CLOSE_TAKEN_OVER,
    "revoked": protocol.CLOSE_TOKEN,
    "renew": protocol.CLOSE_RESTART,
    "drain": protocol.CLOSE_RESTART,
    "ended": 1000,
}


class SignallingConsumer(AsyncConsumer):
    """Others on the loop read: key, epoch, role, user_id, address, session_key, attached, legs, seqs, topics, follower,
    heard, opened, welcomed, closing; and call deliver, say, bye, drop, push_event, push_topic."""

    channel_layer_alias = None  # the hub speaks to the layer, once for the whole process

    def __init__(self) -> None:
        self.key = self.role = self.address = self.origin = self.session_key = ""
        self.epoch = 0
        self.user_id: int | None = None
        self.visitor_id: int | None = None
        self.attached = Attachments(self)
        self.topics: set[str] = set()
        self.topic_versions: dict[str, int] = {}
        self._topics_timer: asyncio.TimerHandle | None = None
        self._ponged: dict[str, int] = {}
        self.follower = Follower()
        self.welcomed = self.closing = False
        self.opened = self.heard = time.monotonic()
        self._claims: dict[str, Any] | None = None
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
        self._audits = limits.Bucket(1.0, 20.0)
        self.bucket = limits.Bucket(settings.MESSAGE_RATE, settings.MESSAGE_BURST)
        self._out: asyncio.Queue[dict[str, Any]] = asyncio.Queue(OUT_FRAMES)
        self._work: asyncio.Queue[tuple[protocol.Envelope, registry.MessageKind | None, Any]] = asyncio.Queue(100)
        peer = (self.scope.get("client") or ["", 0])[0]
        forwarded = limits.header(self.scope, b"x-forwarded-for")
        self.address = limits.client_address(str(peer or ""), forwarded, settings.TRUSTED_PROXIES)
        self.origin = limits.header(self.scope, b"origin")
        # Accept first: a refusal before that reaches the browser as 1006 without a reason.
        await self.send({"type": "websocket.accept"})
        self.hub.add(self)
        loop = self.hub.loop
        self._tasks = [loop.create_task(self._write()), loop.create_task(self._work_off())]
        if self.origin and not limits.origin_allowed(
            self.origin, limits.header(self.scope, b"host"), settings.ALLOWED_ORIGINS
        ):
            await self._refuse("origin", protocol.CLOSE_NOT_YOURS, "this origin may not connect")
        elif self.address and self.hub.by_address[self.address] > settings.SOCKETS_PER_ADDRESS:
            await self._refuse("sockets", protocol.CLOSE_FLOOD, "too many connections from this address")
        else:
            self._hello_timer = loop.call_later(settings.HELLO_SECONDS, self._no_hello)

    async def _refuse(self, why: str, code: int, detail: str) -> None:
        self._error(None, RtcError(detail, code="flood" if code == protocol.CLOSE_FLOOD else "not_yours"))
        self._close(code)
        await in_db(audit.record, f"socket.refused.{why}", address=self.address, origin=self.origin[:200])

    def _no_hello(self) -> None:
        if not self.key:
            self._close(protocol.CLOSE_NO_HELLO)

    async def _disconnect(self) -> None:
        self.closing = True
        for timer in (getattr(self, "_hello_timer", None), self._topics_timer):
            if timer is not None:
                timer.cancel()
        for task in self._tasks:
            task.cancel()
        self.attached.close()
        self.hub.tailer.follow(self, set())
        self.hub.remove(self)
        if self.welcomed:
            legs = [leg.pk for leg in self.legs.values()]
            await in_db(attendance.left, self.key, self.epoch, legs)

    # --- out: everything goes through one queue, so that it may be called from anywhere on the loop

    def deliver(self, frame: str) -> None:
        """Queue one finished frame; a reader too slow for OUT_FRAMES is cut off (it comes back and replays)."""
        if self.closing:
            return
        try:
            self._out.put_nowait({"type": "websocket.send", "text": frame})
        except asyncio.QueueFull:
            self.drop()

    def say(self, kind: str, body: Any, *, id: UUID | None = None, call: str | None = None) -> None:
        self.deliver(protocol.encode(kind, body, id=id, call=None if call is None else UUID(call)))

    def _error(self, id: UUID | None, error: RtcError) -> None:
        self.say("error", protocol.Error(error.code, error.detail, error.retry_after), id=id)

    def _close(self, code: int) -> None:
        if not self.closing:
            self.closing = True
            if self._out.full():
                self._out.get_nowait()
            self._out.put_nowait({"type": "websocket.close", "code": code})

    def bye(self, reason: str) -> None:
        """Say why, then close."""
        self.say("bye", {"reason": reason})
        self._close(BYE_CODES[reason])

    def drop(self) -> None:
        """Close without a word: the other end is deaf or flooding its own buffer."""
        self._close(protocol.CLOSE_RESTART)

    async def _write(self) -> None:
        while True:
            message = await self._out.get()
            await self.send(message)
            if message["type"] == "websocket.close":
                return

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
            self._error(envelope.id if envelope else None, BadRequest(error.detail, code=error.code))
        except RtcError as error:
            self._error(envelope.id if envelope else None, error)
        except Exception:  # noqa: BLE001  the boundary itself
            log.exception("a message broke its handler")
            self._error(envelope.id if envelope else None, RtcError("internal error", code="internal"))

    def _flood(self) -> None:
        now = time.monotonic()
        if now - self._struck > STRIKE_MEMORY:
            self._strikes = 0
        self._struck = now
        self._strikes += 1
        if self._strikes == FLOOD_STRIKES:
            self._close(protocol.CLOSE_FLOOD)
            self.hub.loop.create_task(in_db(audit.record, "socket.flood", actor=self.key, address=self.address))
        raise Flood("slow down", retry_after=1.0)

    async def _route(self, envelope: protocol.Envelope) -> None:
        kind = envelope.kind
        if kind == "ping":
            self._pong(protocol.decode_body(envelope.body, protocol.Ping), envelope)
        elif kind == "hello":
            await self._hello(envelope)
        elif not self.key:
            raise NotYours("say hello first")
        elif kind == "link.description" or kind == "link.candidates":
            await self._relay(envelope)
        elif kind == "replay":
            self._queue(envelope, None, protocol.decode_body(envelope.body, protocol.Replay))
        else:
            known = registry.get().messages.get(kind)
            if known is None:
                raise BadRequest(f"unknown kind {kind!r}", code="unknown_kind")
            if self.role not in known.roles:
                await self._smells(envelope)
                raise NotYours(f"{kind} is not for a {self.role}")
            self._queue(envelope, known, protocol.decode_body(envelope.body, known.body))

    def _queue(self, envelope: protocol.Envelope, kind: registry.MessageKind | None, body: Any) -> None:
        try:
            self._work.put_nowait((envelope, kind, body))
        except asyncio.QueueFull:
            raise Flood("too much at once", retry_after=1.0) from None

    def _pong(self, body: protocol.Ping, envelope: protocol.Envelope) -> None:
        for call, seq in body.seqs.items():
            if call in self.seqs and seq < self._ponged.get(call, 0) and not self.closing:
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
            await self._smells(envelope)
            raise
        if envelope.id is not None:
            self.say("ok", protocol.Ok(), id=envelope.id)

    # --- hello

    async def _hello(self, envelope: protocol.Envelope) -> None:
        if self.welcomed:
            raise Conflict("this socket has said hello")
        body = protocol.decode_body(envelope.body, protocol.Hello)
        try:
            if self._claims is None:
                self._claims = await in_db(attendance.spend, body, self.origin)
            done = await in_db(
                attendance.welcome, body, origin=self.origin, process=self.hub.process, claims=self._claims
            )
        except TokenRefused as error:
            self._error(envelope.id, error)
            self._close(protocol.CLOSE_TOKEN)
            return
        except OpenElsewhere:
            self._hello_timer.cancel()
            self._hello_timer = self.hub.loop.call_later(600, self._no_hello)
            raise
        self._seat(done.sitting)
        self._welcome(envelope, done, body)

    def _seat(self, sitting: Any) -> None:
        self._hello_timer.cancel()
        self.key, self.role, self.epoch = sitting.key, sitting.role, sitting.epoch
        self.user_id = sitting.user_id
        self.visitor_id = sitting.visitor.pk if sitting.visitor else None
        self.session_key = sitting.session_key
        self.follower = Follower(user_id=self.user_id)
        self.welcomed = True
        self.hub.by_key[self.key].add(self)
        self.hub.seated(self.key, self.epoch)

    def _welcome(self, envelope: protocol.Envelope, done: attendance.Welcomed, body: protocol.Hello) -> None:
        settings = conf.core()
        attended = done.attended
        leg = attended.leg if attended else None
        profile = attendance.link_profile(self.key)
        welcome = protocol.Welcome(
            you=protocol.You(self.role, done.sitting.user_name, leg.uuid if leg else None),
            call=UUID(leg.call) if leg else None,
            snapshot=attended.snapshot if attended else None,
            desk=done.desk,
            ice_servers=profile["ice_servers"],
            ice_policy=settings.ICE_POLICY,
            resume_token=done.sitting.resume_token,
            limits={
                "message_bytes": settings.MESSAGE_BYTES,
                "chat_characters": settings.CHAT_CHARACTERS,
                "message_rate": settings.MESSAGE_RATE,
                "quality_seconds": settings.QUALITY_SECONDS,
                "video_width": settings.VIDEO_WIDTH,
                "video_height": settings.VIDEO_HEIGHT,
                "video_fps": settings.VIDEO_FPS,
                "video_bitrate": settings.VIDEO_BITRATE,
            },
            heartbeat=settings.HEARTBEAT,
            server_time=round(time.time() * 1000, 1),
        )
        self.say("welcome", welcome, id=envelope.id)
        if attended is not None:
            seen = {str(item.link): (item.generation, item.n) for item in body.links}
            self._attach(attended, seen)
        if self.role == Role.CUSTOMER:
            self._refresh_topics()
        else:
            self._topics_due()  # an offer may be waiting

    # --- the log and topics, pushed by the tailer

    def _attach(self, attended: attendance.Attended, seen: dict[str, tuple[int, int]]) -> None:
        if self.user_id is None:
            self.follower = Follower(call=UUID(attended.leg.call))
        self.attached.attach(attended, seen)

    def push_event(self, row: dict[str, Any]) -> None:
        self.attached.push(row)
        if row["kind"].startswith("call."):
            self._refresh_topics()

    def push_topic(self, key: str, version: int, value: dict[str, Any]) -> None:
        if key in self.topics and version >= self.topic_versions.get(key, -1):
            self.topic_versions[key] = version
            self.say("topic", protocol.TopicValue(key, version, value))

    def _refresh_topics(self) -> None:
        if self._topics_timer is None and not self.closing:
            self._topics_timer = self.hub.loop.call_later(TOPICS_SECONDS, self._topics_due)

    def _topics_due(self) -> None:
        self._topics_timer = None
        self.hub.loop.create_task(self._follow_topics())

    async def _follow_topics(self) -> None:
        call = next(iter(self.legs), None) if self.role == Role.CUSTOMER else None
        try:
            keys = await in_db(attendance.topic_keys, UUID(call) if call else None, self.user_id)
        except Exception:  # noqa: BLE001  the database may be away; the next call event asks again
            log.exception("reading a socket's topics failed")
            return
        if self.closing:
            return
        for key in self.hub.tailer.follow(self, keys):
            self.topic_versions.pop(key, None)
            self.hub.tailer.read_topic(key, self)

    # --- work that needs the database, in order

    async def _work_off(self) -> None:
        while True:
            envelope, kind, body = await self._work.get()
            try:
                result = await (self._replay(envelope, body) if kind is None else self._handle(envelope, kind, body))
                if result is not None and envelope.id is not None:
                    self.say("ok", protocol.Ok(result), id=envelope.id)
            except RtcError as error:
                self._error(envelope.id, error)
                if isinstance(error, NotYours):
                    await self._smells(envelope)
            except Exception:  # noqa: BLE001  the boundary of the queue
                log.exception("handling %s failed", envelope.kind)
                self._error(envelope.id, RtcError("internal error", code="internal"))

    async def _smells(self, envelope: protocol.Envelope) -> None:
        """Audit a refusal; who is refused all the time does not fill the table."""
        if not self._audits.take():
            return
        try:
            await in_db(
                audit.record,
                "message.refused",
                actor=self.key,
                address=self.address,
                target=envelope.kind,
                call=envelope.call,
            )
        except Exception:  # noqa: BLE001
            log.exception("auditing a refusal failed")

    async def _handle(
        self, envelope: protocol.Envelope, kind: registry.MessageKind, body: Any
    ) -> dict[str, Any] | None:
        """The handler's result, or None when it was answered here already."""
        leg = self.attached.leg(envelope.call)
        if envelope.call and leg is None:
            raise NotYours("no such call of yours")
        caller = Caller(
            key=self.key,
            role=self.role,
            visitor_id=self.visitor_id,
            user_id=self.user_id,
            call=UUID(leg.call) if leg else None,
            participant=leg.uuid if leg else None,
            participant_id=leg.pk if leg else None,
            call_id=leg.call_pk if leg else None,
        )
        result, attended = await in_db(attendance.handle, kind.handler, caller, body)
        if attended is None:
            return result
        if envelope.id is not None:  # before the first link.open
            self.say("ok", protocol.Ok(result), id=envelope.id)
        self._attach(attended, {})
        self._refresh_topics()
        return None

    async def _replay(self, envelope: protocol.Envelope, body: protocol.Replay) -> None:
        call = str(envelope.call or "")
        if call not in self.legs or call in self.attached.gone:
            raise NotYours("no such call of yours")
        limit = conf.core().REPLAY_EVENTS
        rows = await in_db(handlers.replay_rows, UUID(call), body.from_seq, self.role, limit)
        if len(rows) > limit:
            attended = await in_db(attendance.attend, UUID(call), self.visitor_id, self.user_id)
            answer: dict[str, Any] = {"call": call, "events": [], "snapshot": attended.snapshot}
        else:
            answer = {"call": call, "events": rows, "snapshot": None}
        self.say("replay", answer, id=envelope.id, call=call)
