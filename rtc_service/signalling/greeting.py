"""The first message of a socket: a token is spent, a seat is taken, and the browser is told where it stands."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from ..db import in_db
from ..exceptions import Conflict, OpenElsewhere, TokenRefused
from ..states import Role
from . import attendance, profile, protocol

if TYPE_CHECKING:
    from .consumer import SignallingConsumer

CHOICE_SECONDS = 600.0  # who is told `open_elsewhere` may think so long about taking over


class Greeting:
    """Belongs to one socket, which must have said hello in time."""

    def __init__(self, socket: SignallingConsumer) -> None:
        self.socket = socket
        self._timer: asyncio.TimerHandle | None = None
        self._claims: dict[str, Any] | None = None  # of the fresh token, which is spent once per socket

    def expect(self, seconds: float) -> None:
        """Close the socket unless it has a seat by then."""
        self.close()
        self._timer = self.socket.hub.loop.call_later(seconds, self._too_late)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _too_late(self) -> None:
        if not self.socket.key:
            self.socket.close(protocol.CLOSE_NO_HELLO)

    async def hello(self, envelope: protocol.Envelope) -> None:
        """Answer with `welcome`, then whatever waits for this person. Raises RtcError."""
        socket = self.socket
        if socket.welcomed:
            raise Conflict("this socket has said hello")
        body = protocol.decode_body(envelope.body, protocol.Hello)
        try:
            if self._claims is None:
                self._claims = await in_db(attendance.spend, body, socket.origin)
            done = await in_db(
                attendance.welcome, body, origin=socket.origin, process=socket.hub.process, claims=self._claims
            )
        except TokenRefused as error:
            socket.refuse(envelope.id, error)
            socket.close(protocol.CLOSE_TOKEN)
            return
        except OpenElsewhere:
            self.expect(CHOICE_SECONDS)
            raise
        self.close()
        socket.sit(done.sitting)
        socket.say("welcome", profile.welcome(done), id=envelope.id)
        if done.attended is not None:
            socket.attach(done.attended, {str(item.link): (item.generation, item.n) for item in body.links})
        if socket.role == Role.CUSTOMER:
            socket.following.soon()
        else:
            socket.following.now()  # an offer may be waiting
