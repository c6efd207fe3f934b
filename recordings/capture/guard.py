"""Who may be heard on a capture's sockets, and how much may wait there.

aioice hands every datagram that is not STUN to DTLS, whoever sent it, through a queue without bound: one forged
ClientHello from anywhere ends a session. Here only addresses count whose connectivity check was signed with our
password (RFC 8445 7.3), as only the party we wrote to can do. Kinds of datagrams: RFC 7983.
"""

from __future__ import annotations

import contextlib
import socket
from functools import partial
from typing import Any

from aioice import Connection, stun

from .bucket import ByteBucket
from .errors import HookBroken

SOURCES = 32  # addresses of one party over one link generation; it may change networks
RECEIVE_BUFFER = 1 << 20  # the kernel's share, as far as net.core.rmem_max lets it

Address = tuple[str, int]
CHECK = {"USERNAME", "MESSAGE-INTEGRITY", "PRIORITY"}  # what a connectivity check must have (RFC 8445 7.1)


class SourceGuard:
    """Around one ICE connection, from before its candidates are gathered."""

    def __init__(self, connection: Connection, *, most: int, addresses: list[str], bucket: ByteBucket) -> None:
        self.strangers = 0  # datagrams that count for nothing: without a passed check, or no STUN though they look it
        self.overflows = 0  # datagrams for which there was no room
        self.excess = 0  # datagrams beyond what the party may send
        self._connection: Any = connection
        self._most, self._bucket = most, bucket
        self._sources: dict[Address, None] = {}
        for name in ("request_received", "get_component_candidates", "data_received", "_queue"):
            if not hasattr(connection, name):
                raise HookBroken(f"aioice's Connection has no {name}")
        wrapped: Any = connection
        # aioice hands over what looks like STUN and is none by this way too, and nobody reads it before DTLS begins.
        self._deliver = wrapped.data_received
        wrapped.data_received = self._no_stun
        wrapped.request_received = partial(self._request, wrapped.request_received)
        if addresses:
            wrapped.get_component_candidates = partial(self._gather, wrapped.get_component_candidates, list(addresses))

    async def _gather(self, stock: Any, ours: list[str], component: int, addresses: list[str], **rest: Any) -> Any:
        """aioice leaves out 127.0.0.1, and offers addresses that a host may not want to name."""
        return await stock(component, ours, **rest)

    def close_in(self) -> None:
        """Call when candidates have been gathered."""
        protocols = getattr(self._connection, "_protocols", None)
        if not protocols:
            raise HookBroken("no socket could be opened for media")
        for protocol in protocols:
            protocol.datagram_received = partial(self._received, protocol, protocol.datagram_received)
            own_socket = protocol.transport.get_extra_info("socket")
            if own_socket is not None:
                with contextlib.suppress(OSError):
                    own_socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)

    def _received(self, protocol: Any, stock: Any, data: bytes, source: tuple[Any, ...]) -> None:
        if not data:
            return
        if data[0] < 4:  # STUN
            stock(data, source)
        elif (source[0], source[1]) not in self._sources:
            self.strangers += 1
        elif self._connection._queue.qsize() >= self._most:
            self.overflows += 1
        elif not self._bucket.take(len(data)):
            self.excess += 1
        else:
            self._deliver(data, protocol.local_candidate.component)

    def _no_stun(self, data: bytes, component: int) -> None:
        self.strangers += 1

    def _request(self, stock: Any, message: stun.Message, source: Address, protocol: Any) -> None:
        if source not in self._sources:
            # aioice keeps a pair of candidates for each address for ever, and sends checks of its own to it. A party
            # with more addresses than these gets nowhere, until its link is made anew.
            if len(self._sources) >= SOURCES or not self._signed(message):
                self.strangers += 1
                return
            self._sources[source] = None
        stock(message, source, protocol)

    def _signed(self, message: stun.Message) -> bool:
        connection, attributes = self._connection, message.attributes
        if message.message_method != stun.Method.BINDING or not attributes.keys() >= CHECK:
            return False
        ours, _colon, theirs = attributes["USERNAME"].partition(":")
        known = connection.remote_username in (None, theirs)
        password: str = connection.local_password
        return bool(ours == connection.local_username and known and message.check_message_integrity(password.encode()))
