"""An end of a relayed line: a socket whose relayed messages are numbered and counted."""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass

from websockets.asyncio.client import ClientConnection

# About 1.5 KB once it is JSON, with the line ends and the letters of a real description.
SDP = (
    "v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111 63\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\n"
)
SDP += "".join(f"a=extmap:{n} http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time\r\n" for n in range(1, 18))
MESSAGE_BYTES = 1500


class End(ABC):
    """One socket. A task reads it: relayed numbers go to `arrived`, everything else to `other()`."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.arrived: asyncio.Queue[int] = asyncio.Queue()
        self.sent = 0
        self.reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for frame in self.socket:
            number = self.relayed(frame)
            if number is not None:
                self.arrived.put_nowait(number)

    @abstractmethod
    def frame(self, number: int) -> str:
        """The next message to the other end, as text."""

    @abstractmethod
    def relayed(self, frame: str | bytes) -> int | None:
        """The number in a relayed message; None for any other frame."""

    async def send(self) -> int:
        self.sent += 1
        await self.socket.send(self.frame(self.sent), text=True)
        return self.sent

    async def close(self) -> None:
        await self.socket.close()
        await asyncio.gather(self.reader, return_exceptions=True)


@dataclass(frozen=True)
class Line:
    """What `sender` sends arrives at `receiver`."""

    sender: End
    receiver: End


async def ping_pong(lines: list[Line], messages: int) -> list[float]:
    """Each line sends its next message when the last one has arrived; answers the latencies in ms.

    Raises TimeoutError when a message does not arrive within 10 s.
    """

    async def drive(line: Line, count: int) -> list[float]:
        latencies = []
        for _ in range(count):
            start = time.perf_counter()
            number = await line.sender.send()
            while await asyncio.wait_for(line.receiver.arrived.get(), 10) != number:
                continue
            latencies.append((time.perf_counter() - start) * 1000)
        return latencies

    every = await asyncio.gather(*(drive(line, messages // len(lines)) for line in lines))
    return [latency for one in every for latency in one]


async def burst(lines: list[Line], messages: int, quiet: float = 3.0) -> int:
    """All messages at once; answers how many had not arrived when nothing came for `quiet` seconds."""
    share = messages // len(lines)

    async def collect(line: Line) -> int:
        seen: set[int] = set()
        try:
            while len(seen) < share:
                seen.add(await asyncio.wait_for(line.receiver.arrived.get(), quiet))
        except TimeoutError:
            pass
        return len(seen)

    async def flood(line: Line) -> None:
        for _ in range(share):
            await line.sender.send()

    collected, _sent = await asyncio.gather(
        asyncio.gather(*(collect(line) for line in lines)), asyncio.gather(*(flood(line) for line in lines))
    )
    return share * len(lines) - sum(collected)
