"""The topics that one socket follows: asked for again when its calls move."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING
from uuid import UUID

from ..db import in_db
from ..states import Role
from . import attendance

if TYPE_CHECKING:
    from .consumer import SignallingConsumer

log = logging.getLogger("rtc_service.signalling")
TOPICS_SECONDS = 0.5  # call events come in bursts, and while a call is being connected its parties go first


class Following:
    """Belongs to one socket; which keys it follows, and their versions, the socket holds for the tailer."""

    def __init__(self, socket: SignallingConsumer) -> None:
        self.socket = socket
        self._timer: asyncio.TimerHandle | None = None

    def soon(self) -> None:
        """Ask for the topics again, once for all calls of this within TOPICS_SECONDS."""
        if self._timer is None and not self.socket.closing:
            self._timer = self.socket.hub.loop.call_later(TOPICS_SECONDS, self.now)

    def now(self) -> None:
        self._timer = None
        self.socket.hub.spawn(self._ask())

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self.socket.hub.tailer.follow(self.socket, set())

    async def _ask(self) -> None:
        socket = self.socket
        call = next(iter(socket.legs), None) if socket.role == Role.CUSTOMER else None
        try:
            keys = await in_db(attendance.topic_keys, UUID(call) if call else None, socket.user_id)
        except Exception:  # noqa: BLE001  the database may be away; the next call event asks again
            log.exception("reading a socket's topics failed")
            return
        if socket.closing:
            return
        fresh = socket.hub.tailer.follow(socket, keys)
        socket.topic_versions = {
            key: version for key, version in socket.topic_versions.items() if key in keys and key not in fresh
        }
        for key in fresh:
            socket.hub.tailer.read_topic(key, socket)
