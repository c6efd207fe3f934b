"""Push the log to the sockets: woken by hints, made whole by reading the database."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections import defaultdict
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection

from .. import registry
from ..db import in_db
from ..models import Call, Topic
from ..registry import Follower
from ..services import timeline

if TYPE_CHECKING:
    from .consumer import SignallingConsumer
    from .hub import Hub

log = logging.getLogger("rtc_service.tailer")
SWEEP_SECONDS = 1.0
POLL_SECONDS = 0.1


class Tailer:
    """Sockets follow calls (`by_call` of the hub) and topics (here)."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.followers: dict[str, set[SignallingConsumer]] = defaultdict(set)
        self._reading: set[str] = set()
        self._again: set[str] = set()

    # --- calls

    def notice(self, row: dict[str, Any]) -> None:
        """An event was committed. Who is just one behind gets it from the hint, the others from the log."""
        for socket in list(self.hub.by_call.get(row["call"], ())):
            known = socket.seqs.get(row["call"], 0)
            if row["seq"] == known + 1:
                socket.push_event(row)
            elif row["seq"] > known:
                self.read(row["call"])

    def read(self, call: str) -> None:
        """Bring every socket of a call up to date; one reader per call at a time."""
        if call in self._reading:
            self._again.add(call)
            return
        self._reading.add(call)
        self.hub.spawn(self._read(call))

    async def _read(self, call: str) -> None:
        try:
            while True:
                self._again.discard(call)
                sockets = list(self.hub.by_call.get(call, ()))
                if not sockets:
                    return
                after = min(socket.seqs.get(call, 0) for socket in sockets)
                for row in await in_db(timeline.rows, UUID(call), after):
                    for socket in sockets:
                        if row["seq"] == socket.seqs.get(call, 0) + 1:
                            socket.push_event(row)
                if call not in self._again:
                    return
        except Exception:  # noqa: BLE001  the sweep reads again in a second
            log.exception("reading the log of %s failed", call)
        finally:
            self._reading.discard(call)

    # --- topics

    def follow(self, socket: SignallingConsumer, keys: set[str]) -> set[str]:
        """Make these the socket's topics; returns those that are new to it."""
        for key in socket.topics - keys:
            self.followers[key].discard(socket)
            if not self.followers[key]:
                del self.followers[key]
        fresh = keys - socket.topics
        for key in fresh:
            self.followers[key].add(socket)
        socket.topics = set(keys)
        return fresh

    def notice_topic(self, key: str) -> None:
        """A topic has a new version: read its value once for all its followers here."""
        if self.followers.get(key):
            self.read_topic(key)

    def read_topic(self, key: str, only: SignallingConsumer | None = None) -> None:
        name = f"topic:{key}"
        if only is None and name in self._reading:
            self._again.add(name)
            return
        if only is None:
            self._reading.add(name)
        self.hub.spawn(self._read_topic(key, name, only))

    async def _read_topic(self, key: str, name: str, only: SignallingConsumer | None) -> None:
        try:
            while True:
                self._again.discard(name)
                sockets = [only] if only is not None else list(self.followers.get(key, ()))
                version, values = await in_db(_topic_values, key, [socket.follower for socket in sockets])
                for socket in sockets:
                    if socket.follower in values:
                        socket.push_topic(key, version, values[socket.follower])
                if only is not None or name not in self._again:
                    return
        except Exception:  # noqa: BLE001
            log.exception("reading topic %s failed", key)
        finally:
            if only is None:
                self._reading.discard(name)

    # --- the safety net

    async def run(self) -> None:
        """Each second compare what we have with the database; on SQLite at once when its file changes."""
        probe = await in_db(_data_version_probe)
        seen: int | None = None
        waited = 0.0
        while True:
            await asyncio.sleep(POLL_SECONDS if probe else SWEEP_SECONDS)
            if not self.hub.sockets:
                continue
            waited += POLL_SECONDS
            if probe:
                version = probe()
                if version == seen and waited < SWEEP_SECONDS:
                    continue
                seen = version
            waited = 0.0
            try:
                await self._sweep()
            except Exception:  # noqa: BLE001  the database may be away for a moment
                log.exception("the tailer's sweep failed")

    async def _sweep(self) -> None:
        calls, topics = list(self.hub.by_call), list(self.followers)
        seqs, versions = await in_db(_newest, calls, topics)
        for call, seq in seqs.items():
            if any(socket.seqs.get(call, 0) < seq for socket in self.hub.by_call.get(call, ())):
                self.read(call)
        for key, version in versions.items():
            if f"topic:{key}" in self._reading:
                continue
            if any(socket.topic_versions.get(key, -1) < version for socket in self.followers.get(key, ())):
                self.read_topic(key)


def _newest(calls: list[str], topics: list[str]) -> tuple[dict[str, int], dict[str, int]]:
    seqs = (
        {str(call): seq for call, seq in Call.objects.filter(uuid__in=calls).values_list("uuid", "last_seq")}
        if calls
        else {}
    )
    versions = dict(Topic.objects.filter(key__in=topics).values_list("key", "version")) if topics else {}
    return seqs, versions


def _topic_values(key: str, followers: list[Follower]) -> tuple[int, dict[Follower, dict[str, Any]]]:
    version = Topic.objects.filter(key=key).values_list("version", flat=True).first() or 0
    for prefix, kind in registry.get().topics.items():
        if key.startswith(prefix):
            return version, dict(kind.read(key, followers))
    return version, {}


def _data_version_probe() -> Any:
    """On SQLite: a function that tells, without a query on the data, whether another connection has committed."""
    if connection.vendor != "sqlite":
        return None
    name = str(connection.settings_dict["NAME"])
    if ":memory:" in name or "mode=memory" in name:
        return None
    kept = sqlite3.connect(name, check_same_thread=False)
    return lambda: kept.execute("PRAGMA data_version").fetchone()[0]
