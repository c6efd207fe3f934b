"""As much of Matroska as tells whether a file can be sought in: its duration, and cues that point at clusters.

RFC 8794 (EBML) and RFC 9559 (Matroska). Sizes and positions are bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

SEGMENT, INFO, CUES, CLUSTER = 0x18538067, 0x1549A966, 0x1C53BB6B, 0x1F43B675
SCALE, DURATION = 0x2AD7B1, 0x4489
CUE_POINT, CUE_TIME, CUE_POSITIONS, CUE_CLUSTER = 0xBB, 0xB3, 0xB7, 0xF1
CLUSTER_TIME = 0xE7
LARGEST_READ = 1 << 20


class BadFile(ValueError):
    """This is no Matroska file, or one that was cut off or never finished."""


@dataclass(frozen=True)
class Element:
    """`at` is where it begins, `start`…`end` where its content lies."""

    id: int
    at: int
    start: int
    end: int


@dataclass
class Outline:
    """`duration` in seconds, 0 when the file does not say; `cues`: seconds and place in the file of a cluster."""

    duration: float = 0.0
    cues: list[tuple[float, int]] = field(default_factory=list)
    cues_at: int | None = None
    clusters: list[tuple[float, int]] = field(default_factory=list)


def elements(source: BinaryIO, start: int, end: int) -> Iterator[Element]:
    """The elements that lie one after the other between two places. Raises BadFile."""
    while start < end:
        source.seek(start)
        head = source.read(min(12, end - start))
        id_length = _length(head, 0, 4)
        size_length = _length(head, id_length, 8)
        content = start + id_length + size_length
        size = int.from_bytes(head[id_length : id_length + size_length]) & ((1 << 7 * size_length) - 1)
        if size == (1 << 7 * size_length) - 1 or content + size > end:
            raise BadFile("an element has no size, or goes on beyond the end")
        yield Element(int.from_bytes(head[:id_length]), start, content, content + size)
        start = content + size


def _length(head: bytes, at: int, longest: int) -> int:
    first = head[at] if at < len(head) else 0
    length = 9 - first.bit_length()
    if not first or length > longest or at + length > len(head):
        raise BadFile("no EBML element where one should be")
    return length


def outline(source: BinaryIO, size: int) -> Outline:
    """Walk a file of `size` bytes. Reads the heads of clusters, not what is in them. Raises BadFile."""
    segment = next((element for element in elements(source, 0, size) if element.id == SEGMENT), None)
    if segment is None:
        raise BadFile("no segment")
    found, scale = Outline(), 1_000_000
    for element in elements(source, segment.start, segment.end):
        if element.id == INFO:
            info = {part.id: _content(source, part) for part in elements(source, element.start, element.end)}
            scale = int.from_bytes(info.get(SCALE, b"")) or scale
            found.duration = _real(info.get(DURATION, b"")) * scale / 1e9
        elif element.id == CUES:
            found.cues_at = element.at
            found.cues = [(time * scale / 1e9, segment.start + place) for time, place in _cues(source, element)]
        elif element.id == CLUSTER:
            first = next(elements(source, element.start, element.end), None)
            if first is None or first.id != CLUSTER_TIME:
                raise BadFile("a cluster without a time")
            found.clusters.append((int.from_bytes(_content(source, first)) * scale / 1e9, element.at))
    return found


def _cues(source: BinaryIO, cues: Element) -> Iterator[tuple[int, int]]:
    for point in elements(source, cues.start, cues.end):
        if point.id != CUE_POINT:
            continue
        time = 0
        for part in elements(source, point.start, point.end):
            if part.id == CUE_TIME:
                time = int.from_bytes(_content(source, part))
            elif part.id == CUE_POSITIONS:
                for place in elements(source, part.start, part.end):
                    if place.id == CUE_CLUSTER:
                        yield time, int.from_bytes(_content(source, place))


def _content(source: BinaryIO, element: Element) -> bytes:
    if element.end - element.start > LARGEST_READ:
        raise BadFile("an element is too large")
    source.seek(element.start)
    return source.read(element.end - element.start)


def _real(content: bytes) -> float:
    if len(content) not in (4, 8):
        return 0.0
    return float(struct.unpack(">f" if len(content) == 4 else ">d", content)[0])
