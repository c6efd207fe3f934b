"""Key ring, authenticated encryption of single values, and the blind index that makes phone numbers searchable.

A value is stored as ``<key id>:<base64url of nonce(12) + AES-256-GCM ciphertext and tag>`` with the field's name as
associated data, so that a value copied into another column is refused. `KEY_RING` lists keys newest first: the first
encrypts, all decrypt. Without a key ring keys are derived from SECRET_KEY (check `rtc_service.W003` says so).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from . import conf


class DecryptionError(Exception):
    """The stored value cannot be read: unknown key id, or it was changed. Never silently replaced by anything."""


def derive(purpose: str) -> bytes:
    """32 bytes from SECRET_KEY for one purpose."""
    return hmac.new(settings.SECRET_KEY.encode(), f"rtc:{purpose}".encode(), hashlib.sha256).digest()


def key_ring() -> dict[str, bytes]:
    """Key id -> 32 bytes, the encrypting key first."""
    ring = {key_id: base64.b64decode(value) for key_id, value in conf.core().KEY_RING}
    return ring or {"sk": derive("fields")}


def encrypt(text: str, context: str) -> str:
    """Encrypt one value for one context (app.model.field)."""
    key_id, key = next(iter(key_ring().items()))
    nonce = os.urandom(12)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), context.encode())
    return f"{key_id}:{base64.urlsafe_b64encode(nonce + sealed).decode()}"


def decrypt(stored: str, context: str) -> str:
    """Read one value back. Raises DecryptionError."""
    key_id, colon, payload = stored.partition(":")
    if not colon:  # and not a word of it, which is plain: errors end up in logs
        raise DecryptionError(f"a stored value of {context} is not encrypted")
    key = key_ring().get(key_id)
    if key is None:
        raise DecryptionError(f"no key {key_id!r} in the key ring for {context}")
    try:
        raw = base64.urlsafe_b64decode(payload)
        return AESGCM(key).decrypt(raw[:12], raw[12:], context.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise DecryptionError(f"a stored value of {context} was changed or belongs elsewhere") from error


def blind_index(value: str) -> str:
    """Keyed hash of a normalised value; equal values meet, nothing can be read back without the oldest key."""
    key = list(key_ring().values())[-1]
    return hmac.new(key, b"rtc:index:" + value.encode(), hashlib.sha256).hexdigest()


def mask_name(name: str) -> str:
    """First character and dots: what others may see of a customer's name."""
    return f"{name[:1]}•••" if name else ""
