"""Carry link messages from one leg to another: straight to its socket in this process, or once over the channel layer.

Nothing is stored in the database. What went out lately is kept in the sender's process for RELAY_BUFFER_SECONDS, so that a
leg which was away for a moment gets what it missed: after `hello` its process asks everybody for it (`claim`).

Which process a leg lives in is learnt from its own messages; until then a message goes to all processes.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from .. import conf


class Sink(Protocol):
    """Where a leg's frames go."""

    def deliver(self, frame: str) -> None: ...


@dataclass(frozen=True)
class Sent:
    """One link message that went out, as a finished frame."""

    link: str
    generation: int
    n: int
    frame: str
    at: float


class Relay:
    """One per hub. `broadcast(message, process)` puts a dict on the layer, for one process or for all (None)."""

    def __init__(self, process: str, broadcast: Callable[[dict[str, Any], str | None], None]) -> None:
        self.process = process
        self._broadcast = broadcast
        self._local: dict[UUID, Sink] = {}
        self._remote: dict[UUID, str] = {}
        self._sent: dict[UUID, deque[Sent]] = {}

    def attach(self, participant: UUID, sink: Sink, seen: dict[str, tuple[int, int]]) -> None:
        """A leg's socket is here now; ask for what it has missed. `seen`: link -> (generation, last n read)."""
        self._local[participant] = sink
        self._remote.pop(participant, None)
        self._resend(participant, seen, sink.deliver)
        self._broadcast(
            {
                "op": "claim",
                "to": str(participant),
                "from": self.process,
                "seen": {k: list(v) for k, v in seen.items()},
            },
            None,
        )

    def detach(self, participant: UUID, sink: Sink) -> None:
        """The leg's socket has gone, unless a newer one has taken its place."""
        if self._local.get(participant) is sink:
            del self._local[participant]

    def forget(self, participant: UUID) -> None:
        """The leg has left its call."""
        self._sent.pop(participant, None)
        self._remote.pop(participant, None)

    def send(self, to: UUID, sender: UUID, link: str, generation: int, n: int, frame: str) -> None:
        """Deliver one finished frame to a leg, wherever it is."""
        self._keep(to, Sent(link, generation, n, frame, time.monotonic()))
        sink = self._local.get(to)
        if sink is not None:
            sink.deliver(frame)
            return
        message = {"op": "relay", "to": str(to), "sender": str(sender), "from": self.process, "frame": frame}
        self._broadcast(message, self._remote.get(to))

    def receive(self, message: dict[str, Any]) -> None:
        """A relay message from another process."""
        to = UUID(message["to"])
        if message["op"] == "claim":
            self._claimed(to, message)
            return
        self._remote[UUID(message["sender"])] = message["from"]
        sink = self._local.get(to)
        if sink is not None:
            sink.deliver(message["frame"])

    def _claimed(self, to: UUID, message: dict[str, Any]) -> None:
        if message["from"] == self.process:
            return
        self._local.pop(to, None)
        self._remote[to] = message["from"]
        seen = {link: (int(pair[0]), int(pair[1])) for link, pair in message["seen"].items()}

        def over(frame: str) -> None:
            again = {"op": "relay", "to": str(to), "sender": str(to), "from": self.process, "frame": frame}
            self._broadcast({**again, "op": "again"}, message["from"])

        self._resend(to, seen, over)

    def receive_again(self, message: dict[str, Any]) -> None:
        """A frame that another process sends again after our claim."""
        sink = self._local.get(UUID(message["to"]))
        if sink is not None:
            sink.deliver(message["frame"])

    def _keep(self, to: UUID, sent: Sent) -> None:
        settings = conf.core()
        ring = self._sent.setdefault(to, deque(maxlen=settings.RELAY_BUFFER_MESSAGES))
        oldest = sent.at - settings.RELAY_BUFFER_SECONDS
        while ring and ring[0].at < oldest:
            ring.popleft()
        ring.append(sent)

    def _resend(self, to: UUID, seen: dict[str, tuple[int, int]], deliver: Callable[[str], None]) -> None:
        oldest = time.monotonic() - conf.core().RELAY_BUFFER_SECONDS
        for sent in self._sent.get(to, ()):
            if sent.at >= oldest and (sent.generation, sent.n) > seen.get(sent.link, (0, -1)):
                deliver(sent.frame)

    def sweep(self) -> None:
        """Drop buffers that have aged out, so that ended calls cost nothing."""
        oldest = time.monotonic() - conf.core().RELAY_BUFFER_SECONDS
        for to in [key for key, ring in self._sent.items() if not ring or ring[-1].at < oldest]:
            del self._sent[to]
