"""One per event loop: the sockets of this process, the relay, the log's tailer and the ticker."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from channels.layers import InMemoryChannelLayer, get_channel_layer

from .. import conf, hints
from .relay import Relay
from .tailer import Tailer
from .ticker import Ticker

if TYPE_CHECKING:
    from .consumer import SignallingConsumer

log = logging.getLogger("rtc_service.hub")
ALL = "rtc.all"
BATCH = 64
PULSE_SECONDS = 1.0


class Hub:
    """Started by the first socket of a loop; in a server it dies with its process."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.process = uuid.uuid4().hex
        self.sockets: set[SignallingConsumer] = set()
        self.by_call: dict[str, set[SignallingConsumer]] = defaultdict(set)
        self.by_key: dict[str, set[SignallingConsumer]] = defaultdict(set)
        self.by_address: dict[str, int] = defaultdict(int)
        self.relay = Relay(self.process, self.broadcast)
        self.tailer = Tailer(self)
        self.ticker = Ticker(self)
        layer = get_channel_layer(conf.core().CHANNEL_LAYER)
        self.layer = None if isinstance(layer, InMemoryChannelLayer) else layer
        self._out: asyncio.Queue[tuple[dict[str, Any], str | None]] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []
        self._pulses = self._pulse_heard = 0  # pulses sent, and the number of the last one that came back
        self._lost = False  # a message of ours did not get out, and the others have not been told yet
        hints.listeners[self.loop] = self.hint

    def start(self, *, ticker: bool = True) -> None:
        """Start the background tasks."""
        runs = [self.tailer.run(), *([self.ticker.run()] if ticker else [])]
        if self.layer is not None:
            runs += [self._send_to_layer(), self._listen_to_layer(), self._pulse()]
        self._tasks = [self.loop.create_task(self._guard(run)) for run in runs]

    async def stop(self) -> None:
        """End the background tasks; for tests, a process just dies."""
        hints.listeners.pop(self.loop, None)
        _hubs.pop(self.loop, None)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _guard(self, run: Any) -> None:
        try:
            await run
        except Exception:  # noqa: BLE001  the one place that sees a background task die
            log.exception("a background task of the hub died")

    # --- sockets

    def add(self, socket: SignallingConsumer) -> None:
        self.sockets.add(socket)
        self.by_address[socket.address] += 1

    def remove(self, socket: SignallingConsumer) -> None:
        self.sockets.discard(socket)
        self.by_address[socket.address] -= 1
        if self.by_address[socket.address] <= 0:
            del self.by_address[socket.address]
        self.by_key[socket.key].discard(socket)
        if not self.by_key[socket.key]:
            del self.by_key[socket.key]

    def unseat(self, key: str, epoch: int) -> None:
        """A newer socket has this person's seat: older ones say goodbye."""
        for socket in list(self.by_key.get(key, ())):
            if socket.epoch < epoch:
                socket.bye("taken_over")

    def seated(self, key: str, epoch: int) -> None:
        """Tell every process that a seat was taken."""
        self.unseat(key, epoch)
        self.broadcast({"op": "seat", "key": key, "epoch": epoch}, None)

    # --- hints from database threads of this process

    def hint(self, kind: str, payload: Any) -> None:
        """After a commit: tell our own sockets and the other processes."""
        self._notice(kind, payload)
        self.broadcast({"op": "hint", "kind": kind, "payload": payload}, None)

    def _notice(self, kind: str, payload: Any) -> None:
        if kind == "event":
            self.tailer.notice(payload)
        elif kind == "topic":
            self.tailer.notice_topic(payload)

    # --- the channel layer: one group per process and one for all

    def broadcast(self, message: dict[str, Any], process: str | None) -> None:
        """Put a message on the layer for one process, or for all others; nothing where there is no layer."""
        if self.layer is not None:
            self._out.put_nowait((message, process))

    async def _send_to_layer(self) -> None:
        """Messages that wait for the same process go out as one."""
        while True:
            waiting = [await self._out.get()]
            while not self._out.empty() and len(waiting) < BATCH:
                waiting.append(self._out.get_nowait())
            by_group: dict[str, list[dict[str, Any]]] = defaultdict(list)
            for message, process in waiting:
                by_group[f"rtc.process.{process}" if process else ALL].append(message)
            for group, messages in by_group.items():
                await self._group_send(group, messages)

    async def _group_send(self, group: str, messages: list[dict[str, Any]]) -> None:
        assert self.layer is not None
        for attempt in (1, 2, 3):
            try:
                # Not wait_for: on Python 3.11 it may swallow a cancellation that comes together with the result.
                async with asyncio.timeout(3):
                    await self.layer.group_send(group, {"type": "rtc.hub", "from": self.process, "messages": messages})
            except Exception as error:  # noqa: BLE001  any layer's own errors; the log and the claim make up for a loss
                log.warning("the channel layer did not take a message (%s, try %d)", type(error).__name__, attempt)
                await asyncio.sleep(0.05 * attempt)
            else:
                return
        self._lost = True

    async def _pulse(self) -> None:
        """Hear ourselves over the layer each second. Who has missed a pulse may have missed link messages too and asks
        for them again; the log needs no such care, its sweep reads the database."""
        while True:
            self._pulses += 1
            self.broadcast({"op": "pulse", "number": self._pulses, "lost": self._lost}, None)
            await asyncio.sleep(PULSE_SECONDS)

    def _heard_pulse(self, pulse: dict[str, Any], *, ours: bool) -> None:
        if not ours:
            if pulse["lost"]:
                self.relay.claim_all()
            return
        before, self._pulse_heard = self._pulse_heard, pulse["number"]
        if pulse["lost"]:
            self._lost = False
        if pulse["number"] > before + 1:
            if before:  # the first ones may go out before this process listens
                log.warning("the channel layer was away for %d s", (pulse["number"] - before - 1) * PULSE_SECONDS)
            self.relay.claim_all()

    async def _listen_to_layer(self) -> None:
        assert self.layer is not None
        while True:
            try:
                channel = await self.layer.new_channel()
                adding = self.loop.create_task(self._keep_groups(channel))
                try:
                    while True:
                        self._from_layer(await self.layer.receive(channel))
                finally:
                    adding.cancel()
            except Exception as error:  # noqa: BLE001
                log.warning("listening to the channel layer failed (%s); again in 1 s", type(error).__name__)
                await asyncio.sleep(1)

    async def _keep_groups(self, channel: str) -> None:
        """Group membership is lost when Redis is: add it again every 15 s."""
        assert self.layer is not None
        while True:
            try:
                await self.layer.group_add(ALL, channel)
                await self.layer.group_add(f"rtc.process.{self.process}", channel)
            except Exception as error:  # noqa: BLE001
                log.warning("joining the layer's groups failed (%s)", type(error).__name__)
                await asyncio.sleep(1)
                continue
            await asyncio.sleep(15)

    def _from_layer(self, envelope: dict[str, Any]) -> None:
        ours = envelope.get("from") == self.process
        for message in envelope.get("messages", ()):
            try:
                if message["op"] == "pulse":
                    self._heard_pulse(message, ours=ours)
                elif not ours:
                    self._one_from_layer(message)
            except (KeyError, ValueError, TypeError):
                log.exception("a message on the channel layer is not ours")

    def _one_from_layer(self, message: dict[str, Any]) -> None:
        op = message["op"]
        if op in ("relay", "claim"):
            self.relay.receive(message)
        elif op == "again":
            self.relay.receive_again(message)
        elif op == "seat":
            self.unseat(message["key"], message["epoch"])
        elif op == "hint":
            self._notice(message["kind"], message["payload"])


_hubs: dict[asyncio.AbstractEventLoop, Hub] = {}


def current(*, ticker: bool = True) -> Hub:
    """The hub of the running loop, started on first use (`ticker` is for tests: theirs may rest)."""
    loop = asyncio.get_running_loop()
    hub = _hubs.get(loop)
    if hub is None:
        for old in [other for other in _hubs if other.is_closed()]:
            _hubs.pop(old)
            hints.listeners.pop(old, None)
        hub = _hubs[loop] = Hub()
        hub.start(ticker=ticker)
    return hub
