"""A party made of media that was encoded before: what self-test, tests and benches let a capture listen to."""

from __future__ import annotations

import asyncio
import fractions
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import av
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError
from av.audio.frame import AudioFrame
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

MILLISECONDS = fractions.Fraction(1, 1000)


@dataclass(frozen=True, slots=True)
class Piece:
    """One encoded frame and when it is sent, in milliseconds."""

    data: bytes
    at: int
    key: bool = False


def encode_pictures(
    count: int,
    *,
    width: int,
    height: int,
    rate: int = 30,
    bitrate: int = 300_000,
    key_every: int = 30,
    paint: Callable[[int], VideoFrame] | None = None,
) -> list[Piece]:
    """VP8. `paint(number)` makes a yuv420p frame of this size; without, a bright bar wanders over grey."""
    context = VideoCodecContext.create("libvpx", "w")
    context.width, context.height, context.pix_fmt = width, height, "yuv420p"
    context.time_base, context.framerate = fractions.Fraction(1, rate), fractions.Fraction(rate)
    context.bit_rate, context.gop_size, context.thread_count = bitrate, key_every, 1
    context.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "keyint_min": str(key_every)}
    pieces = []
    for number in range(count):
        frame = (paint or partial(_bar, width, height))(number)
        frame.pts, frame.time_base = number, context.time_base
        for packet in context.encode(frame):
            pieces.append(Piece(bytes(packet), number * 1000 // rate, packet.is_keyframe))
    return pieces


def plain_picture(width: int, height: int, luma: int) -> VideoFrame:
    """One grey all over; 16 is black."""
    frame = VideoFrame(width, height, "yuv420p")
    for plane, value in zip(frame.planes, (luma, 128, 128), strict=True):
        plane.update(bytes([value]) * plane.buffer_size)
    return frame


def _bar(width: int, height: int, number: int) -> VideoFrame:
    frame = plain_picture(width, height, 120)
    plane = frame.planes[0]
    line = bytearray(b"\x78" * plane.line_size)
    start = number * 7 % (width - 8)
    line[start : start + 8] = b"\xeb" * 8
    plane.update(bytes(line) * (plane.buffer_size // plane.line_size))
    return frame


def encode_sound(seconds: float) -> list[Piece]:
    """Opus, 20 ms each: a beep of 0.1 s in each second."""
    context = av.CodecContext.create("libopus", "w")
    context.sample_rate, context.layout, context.format = 48_000, "mono", "s16"
    context.open()
    pieces: list[Piece] = []
    for number in range(round(seconds * 50)):
        frame = AudioFrame(format="s16", layout="mono", samples=960)
        frame.sample_rate, frame.pts, frame.time_base = 48_000, number * 960, fractions.Fraction(1, 48_000)
        frame.planes[0].update(_beep() if number % 50 < 5 else bytes(frame.planes[0].buffer_size))
        pieces += [Piece(bytes(packet), (len(pieces)) * 20) for packet in context.encode(frame)]
    return pieces


def _beep() -> bytes:
    """20 ms of a square wave of 1000 Hz."""
    return b"".join((8000 if sample % 48 < 24 else -8000).to_bytes(2, "little", signed=True) for sample in range(960))


class Source(MediaStreamTrack):
    """Sends the pieces at their times once `start()` was called, then nothing more until it is stopped.

    `sent` grows with each; `done` is set after the last one.
    """

    def __init__(self, kind: str, pieces: Sequence[Piece]) -> None:
        super().__init__()
        self.kind = kind
        self.sent: list[Piece] = []
        self.done = asyncio.Event()
        self._pieces: Iterator[Piece] = iter(pieces)
        self._started = asyncio.Event()
        self._since = 0.0

    def start(self) -> None:
        self._since = asyncio.get_running_loop().time()
        self._started.set()

    def extend(self, pieces: Sequence[Piece]) -> None:
        """More to send, after what there is has been sent; times go on from the same start."""
        self._pieces = iter(pieces)
        self.done.clear()

    async def recv(self) -> Any:
        await self._started.wait()
        piece = next(self._pieces, None)
        while piece is None:
            self.done.set()
            await asyncio.sleep(0.02)
            if self.readyState != "live":
                raise MediaStreamError
            piece = next(self._pieces, None)
        await asyncio.sleep(max(0.0, self._since + piece.at / 1000 - asyncio.get_running_loop().time()))
        self.sent.append(piece)
        packet = Packet(piece.data)
        packet.pts = packet.dts = piece.at
        packet.time_base = MILLISECONDS
        packet.is_keyframe = piece.key
        return packet


class _Memory(io.RawIOBase):
    def __init__(self) -> None:
        self.kept = bytearray()
        self.flushes: list[int] = []  # how much was there at each

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.kept += data
        return len(data)

    def flush(self) -> None:
        self.flushes.append(len(self.kept))


class MemorySink:
    """A segment in memory: what is in it was made up."""

    def __init__(self) -> None:
        self.writer = _Memory()
        self.clocks: dict[str, Any] = {}
        self.counts: dict[str, int] = {}
        self.is_closed = False

    def closed(self, clocks: dict[str, Any], counts: dict[str, int]) -> None:
        self.clocks, self.counts, self.is_closed = clocks, counts, True

    def packets(self, kind: str) -> list[Piece]:
        """What a reader finds in the file."""
        if not self.writer.kept:
            return []
        with av.open(io.BytesIO(bytes(self.writer.kept)), "r") as container:
            # Read while it is open: a packet of PyAV must not ask for its stream later.
            return [
                Piece(bytes(packet), round((packet.pts or 0) * packet.time_base * 1000), packet.is_keyframe)
                for packet in container.demux()
                if packet.stream.type == kind and packet.size
            ]

    def frames(self, kind: str) -> list[bytes]:
        """Encoded."""
        return [piece.data for piece in self.packets(kind)]


class Party:
    """A stock aiortc peer that sends and does not listen. `hears(packet)` is told the feedback for its pictures."""

    def __init__(
        self,
        *,
        sound: Source | None = None,
        picture: Source | None = None,
        addresses: Sequence[str] = ("127.0.0.1",),
        hears: Callable[[Any], None] = lambda packet: None,
    ) -> None:
        self.sources = [source for source in (sound, picture) if source is not None]
        # Not MAX_BUNDLE: aiortc stops its one transport when the offer names another kind first than it has itself.
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.connected = asyncio.Event()
        self._addresses, self._hears = list(addresses), hears
        for source in self.sources:
            self._listen(self.pc.addTrack(source))

    def _listen(self, sender: Any) -> None:
        stock = sender._handle_rtcp_packet

        async def heard(packet: Any) -> None:
            self._hears(packet)
            await stock(packet)

        if sender.kind == "video":
            sender._handle_rtcp_packet = heard

    async def answer(self, offer: str) -> str:
        """To be given to the capture."""

        def changed() -> None:
            if self.pc.connectionState == "connected":
                self.connected.set()

        self.pc.add_listener("connectionstatechange", changed)
        await self.pc.setRemoteDescription(RTCSessionDescription(sdp=offer, type="offer"))
        ice: Any = self.ice
        stock = ice.get_component_candidates
        ice.get_component_candidates = lambda component, addresses, **rest: stock(component, self._addresses, **rest)
        await self.pc.setLocalDescription(await self.pc.createAnswer())
        return str(self.pc.localDescription.sdp)

    @property
    def ice(self) -> Any:
        """aioice's connection."""
        return self.pc.getTransceivers()[0].receiver.transport.transport._connection

    def start(self) -> None:
        for source in self.sources:
            source.start()

    async def close(self) -> None:
        await self.pc.close()
