"""One per event loop: the sockets of this process, and what serves them all (relay, tailer, ticker, backplane)."""

from __future__ import annotations

import asyncio
import logging
import sys
import uuid
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any

from .. import conf, hints
from . import limits
from .backplane import Backplane
from .relay import Relay
from .tailer import Tailer
from .ticker import Ticker

if TYPE_CHECKING:
    from .consumer import SignallingConsumer

log = logging.getLogger("rtc_service.hub")
RESTART_SECONDS = 1.0


class Hub:
    """Started by the first socket of a loop; in a server it dies with its process."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.process = uuid.uuid4().hex
        self.sockets: set[SignallingConsumer] = set()
        self.by_call: dict[str, set[SignallingConsumer]] = defaultdict(set)
        self.by_key: dict[str, set[SignallingConsumer]] = defaultdict(set)
        self.by_address: dict[str, int] = defaultdict(int)  # by `limits.network`, as the next two
        several = conf.core().SOCKETS_PER_ADDRESS
        self.arrivals = limits.Buckets(several / 10, several * 10)
        self.refusals = limits.Buckets(0.1, 5.0)  # that are written down
        self.backplane = Backplane(self.process, self._receive, lambda: self.relay.claim_all())
        self.relay = Relay(self.process, self.backplane.broadcast)
        self.tailer = Tailer(self)
        self.ticker = Ticker(self)
        self._tasks: set[asyncio.Task[None]] = set()
        hints.listeners[self.loop] = self.hint

    def start(self, *, ticker: bool = True) -> None:
        """Start the background tasks."""
        # A database thread that is busy in Python gives the loop its turn after 0.5 ms instead of 5 ms.
        sys.setswitchinterval(min(sys.getswitchinterval(), 0.0005))
        runs = [self.tailer.run, *([self.ticker.run] if ticker else []), *self.backplane.runs()]
        for run in runs:
            self.spawn(self._keep_running(run))

    async def stop(self) -> None:
        """End the background tasks; for tests, a process just dies."""
        hints.listeners.pop(self.loop, None)
        _hubs.pop(self.loop, None)
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something beside whoever asks. Kept until it is done: a loop holds its tasks by weak references only."""
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a task of the hub died", exc_info=error)

    async def _keep_running(self, run: Callable[[], Awaitable[None]]) -> None:
        """The safety nets live as long as the process: the database may be away when it starts, and later."""
        while True:
            try:
                await run()
            except Exception:  # noqa: BLE001  the one place that sees a background task die
                log.exception("a background task of the hub died; again in %d s", RESTART_SECONDS)
            await asyncio.sleep(RESTART_SECONDS)

    # --- sockets

    def add(self, socket: SignallingConsumer) -> None:
        self.sockets.add(socket)
        self.by_address[socket.network] += 1

    def remove(self, socket: SignallingConsumer) -> None:
        self.sockets.discard(socket)
        self.by_address[socket.network] -= 1
        if self.by_address[socket.network] <= 0:
            del self.by_address[socket.network]
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
        self.backplane.broadcast({"op": "seat", "key": key, "epoch": epoch}, None)

    # --- hints from database threads of this process

    def hint(self, kind: str, payload: Any) -> None:
        """After a commit: tell our own sockets and the other processes."""
        self._notice(kind, payload)
        self.backplane.broadcast({"op": "hint", "kind": kind, "payload": payload}, None)

    def _notice(self, kind: str, payload: Any) -> None:
        if kind == "event":
            self.tailer.notice(payload)
        elif kind == "topic":
            self.tailer.notice_topic(payload)

    # --- from the other processes

    def _receive(self, message: dict[str, Any]) -> None:
        """What another process sent. Raises KeyError, ValueError, TypeError for what is not ours."""
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
