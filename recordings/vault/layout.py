"""Where in an encrypted file which plain bytes stand, found out when it is opened and before anything is read."""

from __future__ import annotations

import io
from bisect import bisect_right
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from .errors import ContainerError
from .format import CHUNK, END, FRAME, HEADER, OVERHEAD, SIZE, Cipher, Frame, Header


@dataclass(frozen=True)
class Place:
    """A chunk: its number, where its frame stands, which plain bytes it holds."""

    number: int
    offset: int
    start: int
    length: int


class Layout(Protocol):
    size: int  # plain bytes
    complete: bool  # False: cut off, and read as far as it goes

    def place(self, position: int) -> Place: ...


class Chunks:
    """The source, chunk by chunk. `length` is that of the encrypted file."""

    def __init__(self, source: BinaryIO, cipher: Cipher) -> None:
        self._source, self._cipher = source, cipher
        self.length = source.seek(0, io.SEEK_END)

    def take(self, offset: int, count: int) -> bytes:
        """So many bytes, or fewer at the end of the file."""
        self._source.seek(offset)
        parts = []
        while count and (part := self._source.read(count)):
            parts.append(part)
            count -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def frame(self, offset: int) -> Frame:
        """What stands in front of a chunk that is there as a whole. Raises ContainerError: truncated, changed."""
        raw = self.take(offset, FRAME.size)
        if len(raw) < FRAME.size:
            raise ContainerError("truncated", "the file ends before its end mark")
        if not any(raw) and self._only_zeros_from(offset):
            raise ContainerError("truncated", "the file ends in nothing but zeros")
        frame = Frame.parse(raw)
        if not frame.plausible:
            raise ContainerError("changed", f"no chunk begins at {offset}")
        if offset + FRAME.size + frame.stored > self.length:
            raise ContainerError("truncated", f"chunk {frame.number} is cut off")
        return frame

    def read(self, place: Place) -> bytes:
        """The plain bytes of a chunk. Raises ContainerError: changed, out_of_order, truncated."""
        raw = self.take(place.offset, OVERHEAD + place.length)
        if len(raw) < OVERHEAD + place.length:
            raise ContainerError("truncated", f"chunk {place.number} is cut off")
        frame = Frame.parse(raw[: FRAME.size])
        if frame.length != place.length or frame.last:
            raise ContainerError("changed", f"chunk {place.number} has another length")
        plain = self._cipher.open(frame, memoryview(raw)[FRAME.size :])
        if frame.number != place.number:  # one of ours, and unchanged, but not the one that belongs here
            raise ContainerError("out_of_order", f"chunk {frame.number} stands in the place of {place.number}")
        return plain

    def open_at(self, offset: int, frame: Frame) -> bytes:
        """The plain bytes of the chunk whose frame was read at `offset`. Raises ContainerError."""
        return self._cipher.open(frame, self.take(offset + FRAME.size, frame.stored))

    def _only_zeros_from(self, offset: int) -> bool:
        """A file system that lost its power may keep a file's length and not what was in it. No frame is all zero."""
        return not any(any(self.take(at, CHUNK)) for at in range(offset, self.length, CHUNK))


class FileLayout:
    """Chunks of one length: positions are computed. Opening reads the header and the end mark, nothing between."""

    complete = True

    def __init__(self, chunks: Chunks, header: Header) -> None:
        self._chunks, self._head = chunks, header.head_chunks
        self.size = self._end_mark()

    def _end_mark(self) -> int:
        offset = self._chunks.length - END
        if offset < HEADER.size:
            raise ContainerError("truncated", "the file ends before its end mark")
        frame = Frame.parse(self._chunks.take(offset, FRAME.size))
        if not (frame.last and frame.plausible):
            raise self._what_happened()
        (size,) = SIZE.unpack(self._chunks.open_at(offset, frame))
        self._count = frame.number
        if self._chunks.length != HEADER.size + size + OVERHEAD * self._count + END:
            raise self._what_happened()
        return int(size)

    def _what_happened(self) -> ContainerError:
        """The file has not the length it was given. Walk its frames, for an answer that helps."""
        offset, before = HEADER.size, None
        try:
            while offset < self._chunks.length:
                frame = self._chunks.frame(offset)
                follows = before is None or frame.number == before + 1 or (frame.number == 0 and before >= self._head)
                if not follows and not frame.last:
                    self._chunks.open_at(offset, frame)
                    return ContainerError("out_of_order", f"chunk {frame.number} follows chunk {before}")
                offset, before = offset + FRAME.size + frame.stored, frame.number
                if frame.last and offset < self._chunks.length:
                    return ContainerError("changed", "bytes stand behind the end mark")
        except ContainerError as error:
            return error
        return ContainerError("truncated", "chunks are missing")

    def place(self, position: int) -> Place:
        number = position // CHUNK
        start = number * CHUNK
        length = min(CHUNK, self.size - start)
        if self._count <= self._head:  # everything fitted into the head: in order
            slot, before = number, number * CHUNK
        elif number >= self._head:
            slot, before = number - self._head, start - self._head * CHUNK
        else:  # the head stands behind the rest
            slot, before = self._count - self._head + number, self.size - (self._head - number) * CHUNK
        return Place(number, HEADER.size + slot * OVERHEAD + before, start, length)


class StreamLayout:
    """Chunks of any length: opening walks the frames (8 bytes each) and believes each once it is opened.

    With `tolerant` what was cut off by a kill or a power failure is left out, and `complete` is False.
    """

    def __init__(self, chunks: Chunks, *, tolerant: bool) -> None:
        self._chunks = chunks
        self._places: list[Place] = []
        self.size, self.complete = 0, True
        try:
            self._walk()
        except ContainerError as error:
            if not tolerant or error.code != "truncated":
                raise
            self.complete = False
            self._drop_torn_chunk()
        self._starts = [place.start for place in self._places]

    def _walk(self) -> None:
        offset = HEADER.size
        while True:
            frame = self._chunks.frame(offset)
            if frame.number != len(self._places):
                self._chunks.open_at(offset, frame)  # changed, unless it is one of ours
                raise ContainerError("out_of_order", f"chunk {frame.number} in the place of {len(self._places)}")
            behind = offset + FRAME.size + frame.stored
            if frame.last:
                return self._check_end(self._chunks.open_at(offset, frame), behind)
            self._places.append(Place(frame.number, offset, self.size, frame.length))
            offset, self.size = behind, self.size + frame.length

    def _check_end(self, plain: bytes, behind: int) -> None:
        if SIZE.unpack(plain)[0] != self.size:
            raise ContainerError("changed", "a chunk has another length")
        if behind != self._chunks.length:
            raise ContainerError("changed", "bytes stand behind the end mark")

    def _drop_torn_chunk(self) -> None:
        """What was being written last may have arrived in part, with its length right."""
        if not self._places:
            return
        try:
            self._chunks.read(self._places[-1])
        except ContainerError:
            self.size -= self._places.pop().length

    def place(self, position: int) -> Place:
        return self._places[bisect_right(self._starts, position) - 1]
