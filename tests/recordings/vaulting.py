"""Encrypted files in memory, for the tests of the vault."""

from __future__ import annotations

import io
from typing import Any

from recordings.vault.container import FileWriter, Reader, StreamWriter
from recordings.vault.keys import FileKey

KEY = FileKey(bytes(range(32)))
NAME = "recording/party.rec"


class Memory(io.BytesIO):
    """A sink whose bytes are still there after it was closed."""

    data = b""

    def close(self) -> None:
        if not self.closed:
            self.data = self.getvalue()
        super().close()


def plain(size: int, seed: int = 1) -> bytes:
    """Bytes no two stretches of which are equal."""
    return b"".join((seed * 1_000_003 + number).to_bytes(8, "big") for number in range(-(-size // 8)))[:size]


def file_of(content: bytes, *, head: int = 1 << 20, key: FileKey = KEY, name: str = NAME) -> bytes:
    sink = Memory()
    with FileWriter(sink, key, name, head) as writer:
        writer.write(content)
    return sink.data


def stream_of(*parts: bytes, key: FileKey = KEY, name: str = NAME) -> bytes:
    """Each part is sealed by itself (so it makes one chunk, up to 64 KiB)."""
    sink = Memory()
    with StreamWriter(sink, key, name) as writer:
        for part in parts:
            writer.write(part)
            writer.seal()
    return sink.data


def reader_of(data: bytes, *, key: FileKey = KEY, name: str = NAME, **more: Any) -> Reader:
    return Reader(io.BytesIO(data), key, name, **more)


def read(data: bytes, **more: Any) -> bytes:
    with reader_of(data, **more) as reader:
        return reader.read()
