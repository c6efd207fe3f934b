"""Writers: media goes in, an encrypted file comes out. The plain bytes are never anywhere but in memory.

A writer owns its sink (anything with write, flush, close that appends) and closes it. What was given up or has failed
gets no end mark, so that no reader takes it for whole: `abort()`, an exception inside `with`, a writer that is thrown
away, or a sink that raised.
"""

from __future__ import annotations

import hashlib
import io
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from .errors import WriterError
from .format import CHUNK, FILE, MOST_CHUNKS, MOST_HEAD_CHUNKS, SIZE, STREAM, Cipher, Header
from .keys import FileKey

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

    from .format import Bytes


class Sink(Protocol):
    """Where encrypted bytes go. `write` may take fewer than it was given and then says how many."""

    def write(self, data: Any, /) -> Any: ...
    def flush(self) -> Any: ...
    def close(self) -> Any: ...


class _Writer(io.RawIOBase):
    """What both kinds share: sealed chunks go to the sink, each number once."""

    def __init__(self, sink: Sink, key: FileKey, name: str, header: Header) -> None:
        self._sink, self._broken = sink, False
        self._cipher = Cipher(key, name, header)
        self._put(header.raw)

    def writable(self) -> bool:
        return True

    def abort(self) -> None:
        """Give the file up: it stays without an end mark. Never raises."""
        self._broken = True
        with suppress(Exception):
            self._sink.close()
        super().close()

    def close(self) -> None:
        """Write what is left and the end mark, close the sink. Raises what the sink raises; WriterError when a write
        had failed before."""
        if self.closed:
            return
        if self._broken:
            self.abort()
            raise WriterError("the file could not be written to its end")
        try:
            self._finish()
            self._sink.flush()
            self._sink.close()
        except BaseException:
            self.abort()
            raise
        super().close()

    def __exit__(self, kind: Any, *rest: Any) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()

    def __del__(self) -> None:
        # io's own would close(), and so call half a file whole.
        if hasattr(self, "_sink") and not self.closed:
            self.abort()

    def _finish(self) -> None:
        raise NotImplementedError

    def _ready(self) -> None:
        if self.closed or self._broken:
            raise WriterError("the writer is closed, or failed before")

    def _emit(self, number: int, plain: Bytes, *, last: bool = False) -> None:
        if number > MOST_CHUNKS:
            raise WriterError("the file has become too long")
        frame, stored = self._cipher.seal(number, plain, last=last)
        self._put(frame)
        self._put(stored)

    def _put(self, data: bytes) -> None:
        """All of it. After a failure nobody knows what has arrived, and no number may be sealed twice: it is over."""
        rest = memoryview(data)
        try:
            while rest:
                taken = self._sink.write(rest)
                rest = rest[len(rest) if taken is None else taken :]
        except BaseException:
            self._broken = True
            raise


class StreamWriter(_Writer):
    """For segments, which must be readable up to the last sealed chunk after a kill.

    `size` and `sha256` (hex) tell of the plain bytes written so far.
    """

    def __init__(self, sink: Sink, key: FileKey, name: str) -> None:
        self._pending, self._number, self._size = bytearray(), 0, 0
        self._hash = hashlib.sha256()
        super().__init__(sink, key, name, Header.make(STREAM))

    @property
    def size(self) -> int:
        return self._size

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def tell(self) -> int:
        return self._size

    def write(self, data: ReadableBuffer, /) -> int:
        """Takes all of it; full chunks are written at once, the rest waits for `seal`."""
        self._ready()
        view = memoryview(data).cast("B")
        for start in range(0, len(view), CHUNK):
            self._pending += view[start : start + CHUNK]
            if len(self._pending) >= CHUNK:
                self._next(CHUNK)
        self._hash.update(view)
        self._size += len(view)
        return len(view)

    def seal(self) -> None:
        """Close the present chunk and flush the sink: what was written so far survives this process."""
        self._ready()
        if self._pending:
            self._next(len(self._pending))
        self._sink.flush()

    def _next(self, length: int) -> None:
        self._emit(self._number, self._pending[:length])
        self._number += 1
        del self._pending[:length]

    def _finish(self) -> None:
        if self._pending:
            self._next(len(self._pending))
        self._emit(self._number, SIZE.pack(self._size), last=True)


class FileWriter(_Writer):
    """For final files, which a muxer completes by going back to their beginning.

    The first `head` bytes (rounded up to whole chunks) can be changed until `close`; so can the chunk at the end that
    is not full yet. Everything between is sealed: writing there, or behind the end, is a WriterError.
    """

    def __init__(self, sink: Sink, key: FileKey, name: str, head: int = 1 << 20) -> None:
        chunks = -(-head // CHUNK)
        if not 0 <= chunks <= MOST_HEAD_CHUNKS:
            raise ValueError(f"head of {head} bytes")
        self._head_bytes, self._head, self._tail = chunks * CHUNK, bytearray(), bytearray()
        self._sealed = self._position = 0  # bytes sealed behind the head; where the next write goes
        super().__init__(sink, key, name, Header.make(FILE, chunks))

    @property
    def size(self) -> int:
        """Plain bytes so far."""
        return len(self._head) + self._sealed + len(self._tail)

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        self._ready()
        target = offset + (0, self._position, self.size)[whence]
        if not 0 <= target <= self.size:
            raise WriterError(f"position {target} is outside of the file")
        self._position = target
        return target

    def write(self, data: ReadableBuffer, /) -> int:
        self._ready()
        view = memoryview(data).cast("B")
        sealed = range(self._head_bytes, self._head_bytes + self._sealed)
        if view and self._position < sealed.stop and self._position + len(view) > sealed.start and sealed:
            raise WriterError(f"position {max(self._position, sealed.start)} is sealed already")
        in_head = max(0, min(len(view), self._head_bytes - self._position))
        self._head[self._position : self._position + in_head] = view[:in_head]
        self._position += in_head
        self._write_tail(view[in_head:])
        return len(view)

    def _write_tail(self, rest: memoryview) -> None:
        while rest:
            at = self._position - self._head_bytes - self._sealed
            taken = min(len(rest), CHUNK - at)
            if taken == CHUNK:  # a whole chunk goes out without being copied
                self._tail.clear()
                self._next(rest[:taken])
            else:
                self._tail[at : at + taken] = rest[:taken]
                if len(self._tail) == CHUNK:
                    self._next(self._tail)
                    self._tail.clear()
            self._position += taken
            rest = rest[taken:]

    def _next(self, plain: Bytes) -> None:
        self._emit((self._head_bytes + self._sealed) // CHUNK, plain)
        self._sealed += CHUNK

    def _finish(self) -> None:
        size = self.size
        if self._tail:
            self._emit((self._head_bytes + self._sealed) // CHUNK, self._tail)
        for start in range(0, len(self._head), CHUNK):
            self._emit(start // CHUNK, self._head[start : start + CHUNK])
        self._emit(-(-size // CHUNK), SIZE.pack(size), last=True)
