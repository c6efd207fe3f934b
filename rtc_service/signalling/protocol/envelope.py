"""What every frame looks like, and how it is read and written."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from .shapes import B, Count

VERSION = 1
OLDEST_VERSION = 1


class Envelope(Struct, omit_defaults=True):
    """What every frame looks like; the body is decoded by the kind's own struct."""

    kind: Annotated[str, Meta(min_length=1, max_length=64)]
    v: int = VERSION
    id: UUID | None = None
    call: UUID | None = None
    seq: Count | None = None
    body: msgspec.Raw = msgspec.Raw(b"{}")


NUL = "\\u0000"  # as JSON spells it; unescaped it is no JSON
_envelope_decoder = msgspec.json.Decoder(Envelope)
_encoder = msgspec.json.Encoder()


class BadMessage(ValueError):
    """The frame is not a message of this protocol: `code` is `bad_json`, `bad_message` or `unsupported_version`."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def decode(frame: str | bytes) -> Envelope:
    """Read the envelope. Raises BadMessage; the body stays raw until its kind is known."""
    if NUL in frame if isinstance(frame, str) else NUL.encode() in frame:
        raise BadMessage("bad_message", "a text may not hold the character U+0000")  # PostgreSQL cannot store it
    try:
        envelope = _envelope_decoder.decode(frame)
    except msgspec.ValidationError as error:
        raise BadMessage("bad_message", str(error)) from None
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise BadMessage("bad_json", str(error)) from None
    if not OLDEST_VERSION <= envelope.v <= VERSION:
        raise BadMessage("unsupported_version", f"this server speaks version {VERSION}")
    return envelope


def decode_body(raw: msgspec.Raw, struct: type[B]) -> B:
    """Read a body as its kind's struct. Raises BadMessage naming the field."""
    try:
        return msgspec.json.decode(raw, type=struct)
    except msgspec.ValidationError as error:
        raise BadMessage("bad_message", str(error)) from None
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise BadMessage("bad_json", str(error)) from None


def encode(kind: str, body: Any, *, id: UUID | None = None, call: UUID | None = None, seq: int | None = None) -> str:
    """Write one frame."""
    message: dict[str, Any] = {"v": OLDEST_VERSION, "kind": kind}
    if id is not None:
        message["id"] = id
    if call is not None:
        message["call"] = call
    if seq is not None:
        message["seq"] = seq
    message["body"] = body
    return _encoder.encode(message).decode()
