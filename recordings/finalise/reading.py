"""The frames of a segment, and a first look through it before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

import av

from ..vault.errors import ContainerError, FileMissing, KeyTampered
from .timing import KINDS, Kind

READ_BYTES = 1 << 20


@dataclass(frozen=True)
class Frame:
    """One encoded frame. `index` counts the frames of its kind from 0, `seconds` is its time stamp in the segment."""

    kind: Kind
    index: int
    seconds: float
    data: bytes

    @property
    def key(self) -> bool:
        return self.kind == "audio" or is_key_frame(self.data)


def is_key_frame(data: bytes) -> bool:
    """Whether a VP8 picture stands alone (RFC 6386 9.1). The start code too: a cut frame may have the bit by chance."""
    return len(data) >= 10 and not data[0] & 1 and data[3:6] == b"\x9d\x01\x2a" and all(picture_size(data))


def picture_size(data: bytes) -> tuple[int, int]:
    """Width and height that a VP8 key frame carries (RFC 6386 9.1)."""
    return int.from_bytes(data[6:8], "little") & 0x3FFF, int.from_bytes(data[8:10], "little") & 0x3FFF


def frames(source: BinaryIO) -> Iterator[Frame]:
    """All whole frames in the order in which they were written; ends where a cut file ends."""
    counts: dict[Kind, int] = dict.fromkeys(KINDS, 0)
    try:
        with av.open(source, "r", format="matroska") as container:
            for packet in container.demux():
                kind = next((kind for kind in KINDS if kind == packet.stream.type), None)
                if kind is None or packet.pts is None or packet.time_base is None or not packet.size:
                    continue
                yield Frame(kind, counts[kind], float(packet.pts * packet.time_base), bytes(packet))
                counts[kind] += 1
    except (av.error.InvalidDataError, av.error.EOFError):
        # A recorder that was killed leaves half a header or half a block behind; what came before it is good.
        return


@dataclass
class Seen:
    """What there is of one kind. `first` and `last`: index and time stamp of frames that can be shown."""

    count: int = 0
    first: tuple[int, float] | None = None
    last: tuple[int, float] = (0, 0.0)


@dataclass
class Survey:
    """What a segment holds. `damaged`: why it is left out, the vault's code; then nothing else counts.
    `cut`: the end is missing."""

    kinds: dict[Kind, Seen] = field(default_factory=dict)
    key_frames: int = 0
    width: int = 0
    height: int = 0
    damaged: str = ""
    cut: bool = False

    @property
    def empty(self) -> bool:
        return not any(seen.first for seen in self.kinds.values())


def survey(open_source: Callable[[], BinaryIO], progress: Callable[[], None] = lambda: None) -> Survey:
    """Read a segment to its end: first every byte, so that a changed one is found before a frame of it is used."""
    found = Survey()
    try:
        with open_source() as source:
            while source.read(READ_BYTES):
                progress()
            found.cut = not getattr(source, "complete", True)
        with open_source() as source:
            for number, frame in enumerate(frames(source)):
                _look(found, frame)
                if number % 1000 == 0:
                    progress()
    except (ContainerError, KeyTampered, FileMissing) as error:
        return Survey(damaged=error.code)
    return found


def _look(found: Survey, frame: Frame) -> None:
    seen = found.kinds.setdefault(frame.kind, Seen())
    seen.count += 1
    if frame.kind == "video" and frame.key:
        width, height = picture_size(frame.data)
        found.key_frames += 1
        found.width, found.height = max(found.width, width), max(found.height, height)
    if seen.first is None and not frame.key:
        return  # pictures before the first key frame cannot be shown
    seen.first = seen.first or (frame.index, frame.seconds)
    seen.last = (frame.index, frame.seconds)
