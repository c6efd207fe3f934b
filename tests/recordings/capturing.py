"""A capture and the party it listens to, on one loop; media encoded before, segments in memory."""

from __future__ import annotations

import asyncio
import io
import random
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any

import av
from av.video.frame import VideoFrame

from recordings.capture.limits import CaptureLimits
from recordings.capture.peer import PartyCapture
from recordings.capture.rehearsal import MemorySink, Party, Piece, Source, encode_pictures, encode_sound, plain_picture
from recordings.capture.stats import CaptureStats

BITRATE = 1_700_000
WIDTH, HEIGHT = 320, 180
SECONDS = 20.0  # no test waits longer


def within(main: Coroutine[Any, Any, None]) -> None:
    """Runs to the end, or fails."""
    asyncio.run(asyncio.wait_for(main, SECONDS))


async def until(true: Callable[[], Any], what: str, seconds: float = 8.0) -> None:
    """Polls what has no event to wait for."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not true():
        assert asyncio.get_running_loop().time() < deadline, f"waited {seconds} s for {what}"
        await asyncio.sleep(0.02)


def clock_picture(number: int, width: int = WIDTH, height: int = HEIGHT) -> VideoFrame:
    """The number in 16 black and white bars, so that a decoded picture tells which one it is."""
    frame = plain_picture(width, height, 128)
    plane, bar = frame.planes[0], width // 16
    row = b"".join((b"\xeb" if number >> bit & 1 else b"\x10") * bar for bit in range(16))
    line = row.ljust(plane.line_size, b"\x80")
    plane.update(line * height)
    return frame


def clock_number(frame: VideoFrame) -> int:
    plane, bar = frame.planes[0], frame.width // 16
    middle = frame.height // 2 * plane.line_size
    pixels = bytes(plane)
    return sum((pixels[middle + bar * bit + bar // 2] > 125) << bit for bit in range(16))


@lru_cache
def clock_pictures(count: int, key_every: int = 30, width: int = WIDTH, height: int = HEIGHT) -> tuple[Piece, ...]:
    """30 per second."""
    return tuple(
        encode_pictures(
            count,
            width=width,
            height=height,
            key_every=key_every,
            bitrate=800_000,
            paint=lambda number: clock_picture(number, width, height),
        )
    )


@lru_cache
def beeps(seconds: float) -> tuple[Piece, ...]:
    return tuple(encode_sound(seconds))


class Captured:
    """What a test holds on to."""

    def __init__(self, capture: PartyCapture, party: Party, sinks: list[MemorySink], heard: list[Any]) -> None:
        self.capture, self.party, self.sinks, self.heard = capture, party, sinks, heard

    @property
    def stats(self) -> CaptureStats:
        return self.capture.stats

    async def finish(self) -> None:
        """Everything was sent and has arrived; then the capture is closed."""
        await asyncio.gather(*(source.done.wait() for source in self.party.sources))
        await asyncio.sleep(0.1)  # the last datagram's way through the machine
        await self.capture.close()


@asynccontextmanager
async def captured(
    *,
    sound: Source | None = None,
    picture: Source | None = None,
    limits: CaptureLimits | None = None,
    loss: float = 0.0,
    repaired: bool = True,
    bitrate: int = BITRATE,
    open_segment: Callable[[], Any] | None = None,
    start: bool = True,
) -> AsyncIterator[Captured]:
    """Connected; the party sends from now on (`start`), losing this share of its media packets on the way.

    Not `repaired`: it sends nothing twice.
    """
    sinks: list[MemorySink] = []
    heard: list[Any] = []

    def opened() -> MemorySink:
        sinks.append(MemorySink())
        return sinks[-1]

    capture = PartyCapture(
        open_segment=open_segment or opened,
        bitrate=bitrate,
        ice_servers=[],
        addresses=["127.0.0.1"],
        on_change=lambda: None,
        limits=limits,
    )
    party = Party(sound=sound, picture=picture, hears=heard.append)
    try:
        await capture.answer(await party.answer(await capture.offer()))
        await party.connected.wait()
        await until(lambda: capture.stats.state == "connected", "the capture to be connected")
        if loss:
            lose(party, loss)
        if not repaired:
            for sender in party.pc.getSenders():
                sender._retransmit = _nothing  # type: ignore[method-assign]
        if start:
            party.start()
        yield Captured(capture, party, sinks, heard)
    finally:
        await capture.close()
        await party.close()


async def _nothing(sequence_number: int) -> None:
    return None


def lose(party: Party, share: float) -> None:
    """Drops media packets, also those sent again, in the sender's transport."""
    chance = random.Random(7)
    transport = party.pc.getTransceivers()[0].receiver.transport.transport
    stock = transport._send

    async def send(data: bytes) -> None:
        if not (128 <= data[0] < 192 and chance.random() < share):
            await stock(data)

    transport._send = send  # type: ignore[method-assign]


def decoded(sink: MemorySink) -> list[VideoFrame]:
    """Every picture; a picture that cannot be decoded fails the test."""
    with av.open(io.BytesIO(bytes(sink.writer.kept))) as container:
        container.streams.video[0].codec_context.options = {"err_detect": "explode"}
        return list(container.decode(video=0))


def sent(source: Source) -> list[bytes]:
    return [piece.data for piece in source.sent]
