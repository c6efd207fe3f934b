"""Keys of files: each file has its own, wrapped by the newest key of the key ring (envelope encryption).

A key is wrapped with AES-256-GCM (NIST SP 800-38D) under a key derived from the ring's, so that the ring's own key
never meets the same purpose twice; the ring key's id and the file's name are authenticated, so that a wrapped key put
beside another file is refused. Rotation changes what wraps, never the file. Shredding = forgetting `wrapped_key`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rtc_service import crypto

from ..conf import recordings
from .errors import KeyMissing, KeyShredded, KeyTampered

KEY_BYTES = 32
NONCE_BYTES = 12
PURPOSE = b"rtc:recordings:file-key:1"


class Sealed(Protocol):
    """What an encrypted file's row tells (`recordings.models.file.Sealed`); this module knows no models."""

    name: Any
    key_id: Any
    wrapped_key: Any


@dataclass(frozen=True, repr=False, eq=False)
class FileKey:
    """32 bytes that open one file. Shows itself to nobody: not in repr, str, format or tracebacks, not to pickle (so
    neither to a broker, a cache nor a crash report)."""

    key: bytes

    def __post_init__(self) -> None:
        if len(self.key) != KEY_BYTES:
            raise ValueError(f"a file's key has {KEY_BYTES} bytes")

    def __repr__(self) -> str:
        return "FileKey(hidden)"

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("a file's key is not pickled or copied")


def key_ring() -> dict[str, bytes]:
    """Key id -> 32 bytes, newest first: the recordings' own ring, else the core's."""
    own = {key_id: base64.b64decode(value) for key_id, value in recordings().KEY_RING}
    return own or crypto.key_ring()


def newest() -> str:
    """The id of the key that wraps at present."""
    return next(iter(key_ring()))


def new(name: str) -> tuple[FileKey, str, str]:
    """A fresh key for the file `name`: (key, id of the wrapping key, wrapped key: 80 characters of base64url)."""
    key = FileKey(os.urandom(KEY_BYTES))
    key_id = newest()
    return key, key_id, _wrap(key, key_id, name)


def unwrap(key_id: str, wrapped: str, name: str) -> FileKey:
    """The key of the file `name`. Raises KeyMissing, KeyShredded, KeyTampered."""
    if not wrapped:
        raise KeyShredded(f"the key of {name} was destroyed")
    wrapping = key_ring().get(key_id)
    if wrapping is None:
        raise KeyMissing(f"no key {key_id!r} in the key ring, which {name} needs")
    try:
        raw = base64.b64decode(wrapped, altchars=b"-_", validate=True)
        plain = _cipher(wrapping).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _context(key_id, name))
        return FileKey(plain)
    except (InvalidTag, binascii.Error, ValueError):
        # Without the cause: nothing of a key may come along in a traceback.
        raise KeyTampered(f"the key of {name} was changed, or belongs to another file") from None


def rewrap(row: Sealed) -> bool:
    """Put the row's key under the newest key of the ring; False when it is already, or is shredded. Changes the object
    only: whoever saves it must see to it that the row was not shredded meanwhile (`services.rotation`)."""
    key_id = newest()
    if not row.wrapped_key or row.key_id == key_id:
        return False
    key = unwrap(row.key_id, row.wrapped_key, row.name)
    row.key_id, row.wrapped_key = key_id, _wrap(key, key_id, row.name)
    return True


def _wrap(key: FileKey, key_id: str, name: str) -> str:
    nonce = os.urandom(NONCE_BYTES)
    sealed = _cipher(key_ring()[key_id]).encrypt(nonce, key.key, _context(key_id, name))
    return base64.urlsafe_b64encode(nonce + sealed).decode()


def _cipher(ring_key: bytes) -> AESGCM:
    return AESGCM(hmac.new(ring_key, PURPOSE, hashlib.sha256).digest())


def _context(key_id: str, name: str) -> bytes:
    return b"\0".join((PURPOSE, key_id.encode(), name.encode()))
