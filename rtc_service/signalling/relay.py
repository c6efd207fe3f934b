"""Carry link messages from one leg to another: straight to its socket in this process, or once over the channel layer.

Nothing is stored in the database. What went out lately is kept in the sender's process for RELAY_BUFFER_SECONDS, so
that a leg which was away for a moment gets what it missed: after `hello` its process asks everybody for it (`claim`),
and so it does for all its legs when the channel layer had stood still (`claim_all`).

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

Mark = tuple[int, int]  # (generation, n)


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
        self._remote: dict[UUID, tuple[str, float]] = {}  # the process a leg was heard from, and when
        self._sent: dict[UUID, deque[Sent]] = {}
        self._seen: dict[UUID, dict[str, Mark]] = {}  # of each leg here, what it was given last on each link

    def attach(self, participant: UUID, sink: Sink, seen: dict[str, Mark]) -> None:
        """A leg's socket is here now; ask for what it has missed. `seen`: link -> (generation, last n read)."""
        self._local[participant] = sink
        self._seen[participant] = dict(seen)
        self._remote.pop(participant, None)
        for sent in self._missed(participant, seen):
            self._deliver(participant, sent.link, (sent.generation, sent.n), sent.frame)
        self._claim(participant)

    def claim_all(self) -> None:
        """Messages may have been lost between the processes: ask for them, for every leg here."""
        for participant in self._local:
            self._claim(participant)

    def _claim(self, participant: UUID) -> None:
        seen = {link: list(mark) for link, mark in self._seen[participant].items()}
        self._broadcast({"op": "claim", "to": str(participant), "from": self.process, "seen": seen}, None)

    def _deliver(self, to: UUID, link: str, mark: Mark, frame: str) -> None:
        seen = self._seen[to]
        seen[link] = max(mark, seen.get(link, (0, -1)))
        self._local[to].deliver(frame)

    def detach(self, participant: UUID, sink: Sink) -> None:
        """The leg's socket has gone, unless a newer one has taken its place."""
        if self._local.get(participant) is sink:
            self._gone(participant)

    def _gone(self, participant: UUID) -> None:
        self._local.pop(participant, None)
        self._seen.pop(participant, None)

    def forget(self, participant: UUID) -> None:
        """The leg has left its call."""
        self._sent.pop(participant, None)
        self._remote.pop(participant, None)

    def send(self, to: UUID, sender: UUID, link: str, generation: int, n: int, frame: str) -> None:
        """Deliver one finished frame to a leg, wherever it is."""
        sent = Sent(link, generation, n, frame, time.monotonic())
        self._keep(to, sent)
        if to in self._local:
            self._deliver(to, link, (generation, n), frame)
            return
        process, _ = self._remote.get(to, (None, 0.0))
        self._broadcast({**self._message("relay", to, sent), "sender": str(sender)}, process)

    def _message(self, op: str, to: UUID, sent: Sent) -> dict[str, Any]:
        mark = [sent.generation, sent.n]
        return {"op": op, "to": str(to), "from": self.process, "link": sent.link, "mark": mark, "frame": sent.frame}

    def receive(self, message: dict[str, Any]) -> None:
        """A relay message from another process."""
        to = UUID(message["to"])
        if message["op"] == "claim":
            self._claimed(to, message)
            return
        self._remote[UUID(message["sender"])] = (message["from"], time.monotonic())
        if to in self._local:
            generation, n = message["mark"]
            self._deliver(to, message["link"], (generation, n), message["frame"])

    def _claimed(self, to: UUID, message: dict[str, Any]) -> None:
        if message["from"] == self.process:
            return
        self._gone(to)
        self._remote[to] = (message["from"], time.monotonic())
        seen = {link: (int(pair[0]), int(pair[1])) for link, pair in message["seen"].items()}
        for sent in self._missed(to, seen):
            self._broadcast(self._message("again", to, sent), message["from"])

    def receive_again(self, message: dict[str, Any]) -> None:
        """A frame that another process sends again after our claim, unless it has come meanwhile."""
        to, link = UUID(message["to"]), message["link"]
        generation, n = message["mark"]
        if to in self._local and (generation, n) > self._seen[to].get(link, (0, -1)):
            self._deliver(to, link, (generation, n), message["frame"])

    def _keep(self, to: UUID, sent: Sent) -> None:
        settings = conf.core()
        ring = self._sent.setdefault(to, deque(maxlen=settings.RELAY_BUFFER_MESSAGES))
        oldest = sent.at - settings.RELAY_BUFFER_SECONDS
        while ring and ring[0].at < oldest:
            ring.popleft()
        ring.append(sent)

    def _missed(self, to: UUID, seen: dict[str, Mark]) -> list[Sent]:
        """What went out lately to a leg and is newer than what it has seen of each link."""
        oldest = time.monotonic() - conf.core().RELAY_BUFFER_SECONDS
        ring = self._sent.get(to, ())
        return [sent for sent in ring if sent.at >= oldest and (sent.generation, sent.n) > seen.get(sent.link, (0, -1))]

    def sweep(self) -> None:
        """Drop what has aged out, so that ended calls cost nothing; where a leg lives is learnt again at need."""
        oldest = time.monotonic() - conf.core().RELAY_BUFFER_SECONDS
        for to in [key for key, ring in self._sent.items() if not ring or ring[-1].at < oldest]:
            del self._sent[to]
        for leg in [key for key, (_, heard) in self._remote.items() if heard < oldest]:
            del self._remote[leg]
