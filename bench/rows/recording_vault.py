"""`recording/vault_mb_s`: what the container of encrypted files costs beside AES-256-GCM itself, on the same bytes.

In memory on both sides: a disk would hide the difference. By CPU time, which other work on the machine disturbs least.
"""

from __future__ import annotations

import io
import os
import time

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from recordings.vault.container import CHUNK, FileWriter, Reader
from recordings.vault.keys import FileKey

from ..run import Figure, Run
from ..stats import Leg

NAMES = ("recording/vault_mb_s",)
SIZE = 64 << 20
PIECE = 32 << 10  # what a muxer hands over at a time
NAME = "bench/bench.rec"


class _Memory(io.BytesIO):
    """Keeps its bytes when the writer closes it."""

    def close(self) -> None:
        pass


def _ours(content: bytes) -> Leg:
    key, sink = FileKey(os.urandom(32)), _Memory()
    begun = time.process_time()
    with FileWriter(sink, key, NAME) as writer:
        for start in range(0, SIZE, PIECE):
            writer.write(content[start : start + PIECE])
    written = time.process_time()
    with Reader(sink, key, NAME) as reader:
        read = 0
        while part := reader.read(CHUNK):
            read += len(part)
    done = time.process_time()
    assert read == SIZE
    return _leg(begun, written, done)


def _peer(content: bytes) -> Leg:
    """Encrypt every chunk, then decrypt every chunk; nothing authenticated beside, nothing put together."""
    cipher = AESGCM(os.urandom(32))
    begun = time.process_time()
    stored = [
        cipher.encrypt(number.to_bytes(12, "big"), content[number * CHUNK : (number + 1) * CHUNK], None)
        for number in range(SIZE // CHUNK)
    ]
    written = time.process_time()
    read = sum(len(cipher.decrypt(number.to_bytes(12, "big"), part, None)) for number, part in enumerate(stored))
    done = time.process_time()
    assert read == SIZE
    return _leg(begun, written, done)


def _leg(begun: float, written: float, done: float) -> Leg:
    """MB of plain bytes that went in and came out again, per second of CPU."""
    megabytes = SIZE / 1e6
    notes: dict[str, object] = {
        "write_mb_s": round(megabytes / (written - begun), 1),
        "read_mb_s": round(megabytes / (done - written), 1),
    }
    return Leg(megabytes / (done - begun), [], notes)


def encryption(run: Run) -> None:
    """MB/s, higher is better; ratio 1 would be a container that costs nothing."""
    content = os.urandom(SIZE)
    _ours(content), _peer(content)  # memory that is touched for the first time is slow
    conditions = {
        "bytes": SIZE,
        "chunk": CHUNK,
        "where": "in memory, written and read back",
        "time": "CPU",
        "better": "higher",
    }
    figure = Figure(NAMES[0], "MB/s", "AESGCM of `cryptography` on the same chunks")
    run.beside([figure], lambda: _ours(content), lambda: _peer(content), conditions)
