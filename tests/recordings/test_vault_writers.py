"""A writer uses no nonce twice, and what it could not finish is never taken for whole."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from recordings.vault import format as container_format
from recordings.vault.container import CHUNK, ContainerError, FileWriter, StreamWriter
from recordings.vault.errors import WriterError
from recordings.vault.format import HEADER, OVERHEAD

from .vaulting import KEY, NAME, Memory, plain, read, reader_of, stream_of

WHOLE = CHUNK + OVERHEAD
CONTENT = plain(4 * CHUNK + 1_000)
PARTS = [plain(size, size) for size in (5_000, CHUNK, 1, 300)]


def code_of(data: bytes) -> str:
    with pytest.raises(ContainerError) as refused:
        read(data)
    return refused.value.code


def test_no_nonce_is_used_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one thing that AES-GCM does not forgive (SP 800-38D, 8.3), whatever a muxer writes and rewrites."""
    used: list[bytes] = []

    class Spy:
        def __init__(self, key: bytes) -> None:
            self.aead = AESGCM(key)

        def encrypt(self, nonce: bytes, *rest: Any) -> bytes:
            used.append(bytes(nonce))
            return self.aead.encrypt(nonce, *rest)

    monkeypatch.setattr(container_format, "AESGCM", Spy)
    for _file in range(3):  # with one key, which is worse than it ever is
        with FileWriter(Memory(), KEY, NAME, head=2 * CHUNK) as writer:
            writer.write(CONTENT)
            for position in (0, 100, CHUNK):
                writer.seek(position)
                writer.write(b"once more")
        stream_of(*PARTS)
    assert len(used) == 3 * (6 + 5)
    assert len(set(used)) == len(used)
    assert {len(nonce) for nonce in used} == {12}


class Full(Memory):
    """A disk that has room for so many bytes."""

    room = HEADER.size + 2 * WHOLE + 500

    def write(self, data: object, /) -> int:
        view = memoryview(data)  # type: ignore[arg-type]
        if len(self.getvalue()) + len(view) > self.room:
            super().write(view[: self.room - len(self.getvalue())])
            raise OSError(28, "No space left on device")
        return super().write(view)


@pytest.mark.parametrize("kind", [StreamWriter, FileWriter])
def test_a_writer_that_failed_does_not_call_the_file_whole(kind: Callable[..., StreamWriter | FileWriter]) -> None:
    sink = Full()
    writer = kind(sink, KEY, NAME, **({"head": 0} if kind is FileWriter else {}))
    with pytest.raises(OSError, match="No space"):
        writer.write(CONTENT)
    sink.room = 1 << 30
    with pytest.raises(WriterError):
        writer.write(b"more")
    with pytest.raises(WriterError):
        writer.close()
    assert code_of(sink.data) == "truncated"


def test_a_writer_that_was_given_up_does_not_call_the_file_whole() -> None:
    sinks = [Memory() for _ in range(3)]
    with pytest.raises(ZeroDivisionError), StreamWriter(sinks[0], KEY, NAME) as writer:
        writer.write(PARTS[0])
        writer.seal()
        raise ZeroDivisionError
    forgotten = FileWriter(sinks[1], KEY, NAME)
    forgotten.write(CONTENT)
    del forgotten
    given_up = FileWriter(sinks[2], KEY, NAME)
    given_up.write(CONTENT)
    given_up.abort()
    given_up.close()
    assert [code_of(sink.data) for sink in sinks] == ["truncated"] * 3
    with reader_of(sinks[0].data, tolerant=True) as reader:
        assert reader.read() == PARTS[0]


class Trickle(io.RawIOBase):
    """A raw sink that takes little at a time, as sockets and some storages do."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: object, /) -> int:
        view = memoryview(data)[:777]  # type: ignore[arg-type]
        self.data += view
        return len(view)


def test_a_sink_that_takes_little_at_a_time_gets_all() -> None:
    sink = Trickle()
    with FileWriter(sink, KEY, NAME) as writer:
        writer.write(CONTENT)
    assert read(bytes(sink.data)) == CONTENT
