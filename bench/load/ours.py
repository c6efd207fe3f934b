"""Ends of our own server: customers who ask and agents who accept, over the sockets, until a link stands."""

from __future__ import annotations

import asyncio
import time
import uuid
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect

from .ends import MESSAGE_BYTES, SDP, End, Line


class OurEnd(End):
    """A socket of our protocol. Requests are awaited by id, pushed messages by kind."""

    def __init__(self, socket: ClientConnection) -> None:
        self.waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self.link: dict[str, Any] = {}
        self.linked = asyncio.Event()
        self.offer = asyncio.Event()
        self.desk: dict[str, Any] = {}
        self.call: str | None = None
        super().__init__(socket)
        self.heart = asyncio.create_task(self._beat())

    def frame(self, number: int) -> str:
        body = {"link": self.link["link"], "generation": self.link["generation"], "n": number}
        frame = self.text("link.description", {**body, "type": "offer", "sdp": SDP})
        assert abs(len(frame) - MESSAGE_BYTES) < 200, len(frame)
        return frame

    def text(self, kind: str, body: dict[str, Any], id: str | None = None) -> str:
        envelope: dict[str, Any] = {"v": 1, "kind": kind, "body": body}
        if id:
            envelope["id"] = id
        if self.call:
            envelope["call"] = self.call
        return msgspec.json.encode(envelope).decode()

    def relayed(self, frame: str | bytes) -> int | None:
        message = msgspec.json.decode(frame)
        kind, body = message["kind"], message["body"]
        if kind == "link.description":
            number: int = body["n"]
            return number
        future = self.waiting.pop(message.get("id", ""), None)
        if future is not None and not future.done():
            future.set_result(message)
        if kind == "link.open":
            self.call, self.link = message["call"], body
            self.linked.set()
        elif kind == "topic" and body["key"].startswith("agents.desk:"):
            self._at_desk(body["value"])
        return None

    def _at_desk(self, desk: dict[str, Any]) -> None:
        self.desk = desk
        if desk.get("offer"):
            self.offer.set()

    async def ask(self, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        """Send a request and answer the whole reply message. Raises RuntimeError when it was refused."""
        id = str(uuid.uuid4())
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self.waiting[id] = future
        await self.socket.send(self.text(kind, body, id), text=True)
        message = await asyncio.wait_for(future, 10)
        if message["kind"] == "error":
            raise RuntimeError(f"{kind}: {message['body']}")
        return message

    async def up(self) -> None:
        """Say that media flows, as a browser would: a call whose link never comes up is taken apart again."""
        body = {"link": self.link["link"], "generation": self.link["generation"], "state": "up"}
        await self.ask("link.state", body)

    async def echo(self) -> float:
        """One ping and its pong, in ms."""
        start = time.perf_counter()
        await self.ask("ping", {"t": 0.0})
        return (time.perf_counter() - start) * 1000

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(4)
            await self.socket.send(self.text("ping", {"t": 0.0}), text=True)

    async def close(self) -> None:
        self.heart.cancel()
        await super().close()


async def enter(url: str, token: str) -> OurEnd:
    """Open a socket and say hello."""
    origin: Any = url.replace("ws://", "http://")
    end = OurEnd(await connect(f"{url}/ws/rtc/", compression=None, origin=origin, max_queue=None))
    welcome = await end.ask("hello", {"token": token, "tab": uuid.uuid4().hex})
    desk = welcome["body"].get("desk", {}).get("agents")
    if desk:
        end._at_desk(desk)
    return end


async def open_lines(urls: list[str], customers: list[str], staff: list[str]) -> list[Line]:
    """One pair for each customer's token; customers at the first URL, staff at the last."""
    lines = []
    for customer_token, staff_token in zip(customers, staff, strict=True):
        bob = await enter(urls[-1], staff_token)
        await bob.ask("agents.ready", {})
        alice = await enter(urls[0], customer_token)
        request = {"page_kind": "product", "subject": "product:SKU-1", "title": "Teapot", "media": "video"}
        await alice.ask("call.request", request)
        await asyncio.wait_for(bob.offer.wait(), 15)
        await bob.ask("agents.accept", {"offer": bob.desk["offer"]["offer"]})
        await asyncio.wait_for(asyncio.gather(alice.linked.wait(), bob.linked.wait()), 15)
        await asyncio.gather(alice.up(), bob.up())
        lines += [Line(alice, bob), Line(bob, alice)]
    return lines


async def echoes(ends: list[OurEnd], count: int, pause: float = 0.005) -> list[float]:
    """Latencies in ms of `count` pings, spread over the ends."""

    async def one(end: OurEnd) -> list[float]:
        latencies = []
        for _ in range(count // len(ends)):
            latencies.append(await end.echo())
            await asyncio.sleep(pause)
        return latencies

    return [latency for some in await asyncio.gather(*(one(end) for end in ends)) for latency in some]


async def slow_queries(end: OurEnd, seconds: float = 0.2) -> int:
    """Ask for one slow query after the other until cancelled."""
    count = 0
    while True:
        await end.ask("bench.slow", {"seconds": seconds})
        count += 1
