"""Made-up media: a white flash and a beep at the beginning of each second, as segments and as they are found again."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any, BinaryIO

import av
import numpy as np

from recordings.finalise.plan import Source
from recordings.vault.container import FileWriter, Reader
from recordings.vault.keys import FileKey

from .finalise_clocks import START, Sender
from .vaulting import Memory, stream_of

FPS, FRAME_SAMPLES = 30, 960
FLASH_FRAMES, BEEP_SECONDS = 3, 0.1
KEY_EVERY = FPS  # a key frame each second, and not on the flash
KEY = FileKey(bytes(range(1, 33)))


@lru_cache(maxsize=8)
def pictures(seconds: int, size: tuple[int, int] = (160, 120)) -> tuple[tuple[bytes, bool], ...]:
    """Encoded VP8 frames of so many seconds, and which are key frames."""
    codec = av.CodecContext.create("libvpx", "w")
    codec.width, codec.height = size
    codec.pix_fmt, codec.time_base, codec.framerate = "yuv420p", Fraction(1, FPS), Fraction(FPS)
    codec.gop_size, codec.bit_rate = KEY_EVERY, 200_000
    codec.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "error-resilient": "1"}
    found = []
    for number in range(seconds * FPS):
        frame = av.VideoFrame(*size, "yuv420p")
        for plane, value in zip(frame.planes, (235 if number % FPS < FLASH_FRAMES else 16, 128, 128), strict=True):
            plane.update(bytes([value]) * plane.buffer_size)
        frame.pts = number
        found += [(bytes(packet), packet.is_keyframe) for packet in codec.encode(frame)]
    found += [(bytes(packet), packet.is_keyframe) for packet in codec.encode(None)]
    return tuple(found)


@lru_cache(maxsize=8)
def sounds(seconds: int) -> tuple[bytes, ...]:
    """Encoded Opus frames of 20 ms: a tone of 1 kHz at the beginning of each second, otherwise silence."""
    codec = av.CodecContext.create("libopus", "w")
    codec.sample_rate, codec.layout, codec.format = 48_000, "stereo", "s16"
    codec.options = {"application": "voip", "frame_duration": "20"}
    at = np.arange(seconds * 48_000)
    wave = np.where(at % 48_000 < BEEP_SECONDS * 48_000, np.sin(at * 2 * np.pi * 1000 / 48_000), 0) * 20_000
    found = []
    for number in range(seconds * 50):
        part = wave[number * FRAME_SAMPLES : (number + 1) * FRAME_SAMPLES].astype(np.int16)
        frame = av.AudioFrame.from_ndarray(np.repeat(part, 2).reshape(1, -1), format="s16", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, number * FRAME_SAMPLES, Fraction(1, 48_000)
        found += [bytes(packet) for packet in codec.encode(frame)]
    return tuple(found[: seconds * 50])


@dataclass(frozen=True)
class Sent:
    """A frame, captured `moment` seconds after START."""

    kind: str
    moment: float
    data: bytes
    key: bool = True


def sent(
    begins: float, ends: float, *, kinds: Sequence[str] = ("audio", "video"), size: tuple[int, int] = (160, 120)
) -> list[Sent]:
    """What a party captures between two whole seconds, in order; flashes and beeps are at whole seconds from START."""
    frames: list[Sent] = []
    if "video" in kinds:
        first = int(begins) * FPS
        clip = pictures(int(ends) - int(begins), size)
        frames += [Sent("video", (first + number) / FPS, data, key) for number, (data, key) in enumerate(clip)]
    if "audio" in kinds:
        clip_of_sound = sounds(int(ends) - int(begins))
        frames += [Sent("audio", int(begins) + number / 50, data) for number, data in enumerate(clip_of_sound)]
    return sorted(frames, key=lambda frame: frame.moment)


class Pipe(io.RawIOBase):
    """What a recorder's muxer writes to: nothing can be changed afterwards."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.data += bytes(data)
        return len(data)


def webm(frames: Sequence[Sent], arrivals: Sequence[float]) -> bytes:
    """A live WebM: in the order of arrival, time stamps since the first arrival, neither cues nor duration."""
    out = Pipe()
    kinds = {frame.kind for frame in frames}
    with av.open(out, "w", format="webm", options={"live": "1", "cluster_time_limit": "1000"}) as container:
        streams = {}
        if "video" in kinds:
            streams["video"] = container.add_mux_stream("vp8", width=160, height=120, time_base=Fraction(1, 1000))
        if "audio" in kinds:
            streams["audio"] = container.add_stream("libopus", rate=48_000, layout="stereo", format="s16")
        last = dict.fromkeys(kinds, -1)
        for arrival, frame in sorted(zip(arrivals, frames, strict=True), key=lambda pair: pair[0]):
            ms = max(round((arrival - min(arrivals)) * 1000), last[frame.kind] + 1)
            last[frame.kind] = ms
            packet = av.Packet(frame.data)
            packet.stream, packet.time_base, packet.is_keyframe = streams[frame.kind], Fraction(1, 1000), frame.key
            packet.pts = packet.dts = ms
            container.mux(packet)
    return bytes(out.data)


def segment(sender: Sender, frames: Sequence[Sent], *, reports: bool = True) -> tuple[bytes, dict[str, Any]]:
    """Plain WebM and clocks, as a recorder that was sent these frames over a bad network makes them."""
    moments: dict[str, list[float]] = {}
    for frame in frames:
        moments.setdefault(frame.kind, []).append(START + frame.moment)
    clocks = sender.clocks(moments, reports=reports)
    # Packets of one kind are put in order again before they are written.
    arrivals, latest = [], dict.fromkeys(moments, 0.0)
    for frame in frames:
        latest[frame.kind] = max(latest[frame.kind] + 0.001, START + frame.moment + sender.delay())
        arrivals.append(latest[frame.kind])
    return webm(frames, arrivals), clocks


@dataclass
class Stored:
    """An encrypted segment in memory, as `plan` wants it."""

    number: int
    data: bytes
    clocks: dict[str, Any]
    opened: float
    closed: float | None = None
    epoch: int = 1
    name: str = field(init=False)

    def __post_init__(self) -> None:
        self.name = f"recording/party-{self.number}.seg"

    def source(self) -> Source:
        return Source(self.name, self.number, self.epoch, self.opened, self.closed, self.clocks, self.open)

    def open(self) -> BinaryIO:
        return Reader(io.BytesIO(self.data), KEY, self.name, tolerant=True)  # type: ignore[return-value]


def stored(number: int, sender: Sender, frames: Sequence[Sent], *, reports: bool = True, epoch: int = 1) -> Stored:
    plain, clocks = segment(sender, frames, reports=reports)
    chunks = [plain[at : at + 20_000] for at in range(0, len(plain), 20_000)]
    data = stream_of(*chunks, key=KEY, name=f"recording/party-{number}.seg")
    begins, ends = START + frames[0].moment, START + frames[-1].moment
    return Stored(number, data, clocks, begins, ends, epoch)


class FinalFile:
    """Where an encrypted final file is written to, and read from."""

    name = "recording/party-1.rec"

    def __init__(self) -> None:
        self.sink = Memory()
        self.writer = FileWriter(self.sink, KEY, self.name)

    def open(self) -> BinaryIO:
        return Reader(io.BytesIO(self.sink.data), KEY, self.name)  # type: ignore[return-value]

    def plain(self) -> bytes:
        with self.open() as source:
            return source.read()


# --- what is found again


def flashes(source: BinaryIO) -> list[float]:
    """Seconds at which pictures turn white."""
    found, was = [], False
    with av.open(source) as container:
        for frame in container.decode(video=0):
            white = float(np.frombuffer(frame.planes[0], np.uint8).mean()) > 128
            if white and not was:
                found.append(float(frame.pts * frame.time_base))
            was = white
    return found


def beeps(source: BinaryIO) -> list[float]:
    """Seconds at which the tone begins, to the sample."""
    found: list[float] = []
    quiet_until = -1.0
    with av.open(source) as container:
        for frame in container.decode(audio=0):
            level = np.abs(frame.to_ndarray().astype(np.float32).reshape(-1, frame.layout.nb_channels)[:, 0])
            loud = level > (0.15 if "flt" in frame.format.name else 0.15 * 32768)
            begins = float(frame.pts * frame.time_base)
            for sample in np.flatnonzero(loud):
                moment = begins + float(sample) / 48_000
                if moment > quiet_until:
                    found.append(moment)
                quiet_until = moment + BEEP_SECONDS  # the tone's own zero crossings
    return found


def frame_digests(source: BinaryIO) -> dict[str, list[str]]:
    """MD5 of each encoded frame, in order, by kind: `framemd5` of a stream copy."""
    found: dict[str, list[str]] = {"audio": [], "video": []}
    with av.open(source) as container:
        for packet in container.demux():
            if packet.size:
                found[packet.stream.type].append(hashlib.md5(bytes(packet), usedforsecurity=False).hexdigest())
    return found


def opener(data: bytes) -> Callable[[], BinaryIO]:
    return lambda: io.BytesIO(data)
