"""Read an encrypted file as if it were plain: any range, decrypting only the chunks that it touches."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING, Any, BinaryIO

from .errors import ContainerError
from .format import CHUNK, HEADER, STREAM, Cipher, Header
from .keys import FileKey
from .layout import Chunks, FileLayout, Layout, Place, StreamLayout

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class _Nothing:
    """A file that was cut within its header: no byte of it can be known."""

    size, complete = 0, False

    def place(self, position: int) -> Place:
        raise ContainerError("truncated")


class Reader(io.RawIOBase):
    """Both kinds; owns its source (seekable, binary) and closes it. Not for several threads at once.

    Raises ContainerError from the constructor and from every read. `size`: plain bytes. `tolerant` (segments after a
    kill): reads up to the last whole chunk, and `complete` says whether that was the end. A file of kind *file* that is
    not whole is refused either way. Reads are as long as was asked for, except at the end.
    """

    def __init__(self, source: BinaryIO, key: FileKey, name: str, tolerant: bool = False) -> None:
        self._source = source
        self._position, self._place, self._plain = 0, Place(-1, 0, 0, 0), b""
        try:
            self._layout = self._open(key, name, tolerant)
        except BaseException:
            self.close()
            raise

    def _open(self, key: FileKey, name: str, tolerant: bool) -> Layout:
        self._source.seek(0)
        try:
            header = Header.parse(self._source.read(HEADER.size))
        except ContainerError as error:
            if tolerant and error.code == "truncated":
                return _Nothing()
            raise
        self._chunks = Chunks(self._source, Cipher(key, name, header))
        if header.kind == STREAM:
            return StreamLayout(self._chunks, tolerant=tolerant)
        return FileLayout(self._chunks, header)

    @property
    def size(self) -> int:
        return self._layout.size

    @property
    def complete(self) -> bool:
        return self._layout.complete

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Any position from 0 on; behind the end there is nothing to read. Raises ValueError below 0."""
        target = offset + (0, self._position, self.size)[whence]
        if target < 0:
            raise ValueError(f"negative position {target}")
        self._position = target
        return target

    def read(self, size: int | None = -1, /) -> bytes:
        left = self.size - self._position
        wanted = left if size is None or size < 0 else min(size, left)
        parts = []
        while wanted > 0:
            part = self._some(wanted)
            parts.append(part)
            wanted -= len(part)
        return bytes(parts[0]) if len(parts) == 1 else b"".join(parts)

    def readall(self) -> bytes:
        return self.read()

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer).cast("B")
        filled = 0
        while filled < len(view) and self._position < self.size:
            part = self._some(len(view) - filled)
            view[filled : filled + len(part)] = part
            filled += len(part)
        return filled

    def _some(self, wanted: int) -> bytes | memoryview:
        """Up to so many bytes of the chunk at the present position, which is before the end."""
        if self.closed:
            raise ValueError("I/O operation on closed file")
        if not self._place.start <= self._position < self._place.start + self._place.length:
            place = self._layout.place(self._position)
            # Only what has been opened may be remembered: a refused chunk is refused again.
            self._plain = self._chunks.read(place)
            self._place = place
        at = self._position - self._place.start
        part = self._plain if not at and wanted >= len(self._plain) else memoryview(self._plain)[at : at + wanted]
        self._position += len(part)
        return part

    def close(self) -> None:
        if not self.closed:
            self._source.close()
        super().close()

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()


def digest(reader: Reader) -> tuple[int, str]:
    """(plain bytes, SHA-256 as hex) of everything from the beginning, which authenticates every chunk. Raises
    ContainerError."""
    reader.seek(0)
    size, seen = 0, hashlib.sha256()
    while part := reader.read(CHUNK):
        size += len(part)
        seen.update(part)
    return size, seen.hexdigest()
