"""The bytes of an encrypted file, and how one chunk is sealed and opened.

The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its Nonce-Reuse
Misuse-Resistance, 2015) over AES-256-GCM (NIST SP 800-38D). All numbers are big-endian.

    header   16 bytes  "rtcv" · version 1 · kind (1 stream, 2 file) · u16 head chunks · 7 bytes nonce prefix · 0
    chunk    u32 number · u32 length of the plain bytes · ciphertext · 16 bytes tag
    end      a chunk whose length has the top bit set (last); it holds u64 size of all plain bytes

Nonce = prefix, number, last flag: with a key per file each is used once. Authenticated with every chunk: the header,
the SHA-256 of the file's name, and the chunk's own number and length. A *stream* has chunks of 1 to 65,536 bytes in
their order. A *file* has chunks of 65,536 bytes (the last one may be shorter), so that a position tells its chunk; its
first `head chunks` are written behind all others, because they may be changed until the end and nothing is ever
written twice: the storage only has to append.
"""

from __future__ import annotations

import hashlib
import os
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .errors import ContainerError
from .keys import FileKey

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

    Bytes = bytes | bytearray | memoryview

MAGIC, VERSION = b"rtcv", 1
STREAM, FILE = 1, 2
CHUNK = 65_536
TAG = 16
HEADER = struct.Struct(">4sBBH7sx")
FRAME = struct.Struct(">II")
SIZE = struct.Struct(">Q")
OVERHEAD = FRAME.size + TAG  # what a chunk takes beyond its plain bytes
END = OVERHEAD + SIZE.size
LAST = 1 << 31
MOST_CHUNKS = (1 << 32) - 1
MOST_HEAD_CHUNKS = (1 << 16) - 1


@dataclass(frozen=True)
class Header:
    """`raw` is authenticated with every chunk."""

    raw: bytes
    kind: int
    head_chunks: int
    prefix: bytes

    @classmethod
    def make(cls, kind: int, head_chunks: int = 0) -> Header:
        prefix = os.urandom(7)
        return cls(HEADER.pack(MAGIC, VERSION, kind, head_chunks, prefix), kind, head_chunks, prefix)

    @classmethod
    def parse(cls, raw: bytes) -> Header:
        """Raises ContainerError: bad_header, truncated."""
        if not raw.startswith(MAGIC[: len(raw)]):
            raise ContainerError("bad_header", "not an encrypted recording")
        if len(raw) < HEADER.size:
            raise ContainerError("truncated", "cut within its header")
        _magic, version, kind, head_chunks, prefix = HEADER.unpack(raw)
        if version != VERSION or kind not in (STREAM, FILE) or raw[-1] or (kind == STREAM and head_chunks):
            raise ContainerError("bad_header", f"version {version}, kind {kind}")
        return cls(raw, kind, head_chunks, prefix)


@dataclass(frozen=True)
class Frame:
    """What stands in front of a chunk: readable without the key, believed only once the chunk has been opened."""

    number: int
    length: int
    last: bool

    @classmethod
    def parse(cls, raw: ReadableBuffer) -> Frame:
        number, word = FRAME.unpack(raw)
        return cls(number, word & (LAST - 1), bool(word & LAST))

    def pack(self) -> bytes:
        return FRAME.pack(self.number, self.length | (LAST if self.last else 0))

    @property
    def plausible(self) -> bool:
        return self.length == SIZE.size if self.last else 0 < self.length <= CHUNK

    @property
    def stored(self) -> int:
        """Bytes of the ciphertext and its tag."""
        return self.length + TAG


class Cipher:
    """Seals and opens the chunks of one file."""

    def __init__(self, key: FileKey, name: str, header: Header) -> None:
        self._aead = AESGCM(key.key)
        self._prefix = header.prefix
        self._context = header.raw + hashlib.sha256(name.encode()).digest()

    def seal(self, number: int, plain: Bytes, *, last: bool = False) -> tuple[bytes, bytes]:
        """(frame, ciphertext with tag)."""
        frame = Frame(number, memoryview(plain).nbytes, last)
        raw = frame.pack()
        return raw, self._aead.encrypt(self._nonce(frame), plain, self._context + raw)

    def open(self, frame: Frame, stored: Bytes) -> bytes:
        """The plain bytes of a chunk that is what its frame says. Raises ContainerError: changed."""
        try:
            return self._aead.decrypt(self._nonce(frame), stored, self._context + frame.pack())
        except InvalidTag:
            raise ContainerError("changed", f"chunk {frame.number} is not what was written") from None

    def _nonce(self, frame: Frame) -> bytes:
        return self._prefix + frame.number.to_bytes(4, "big") + bytes([frame.last])
