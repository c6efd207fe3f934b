"""What a seal says about its entries: canonical bytes and digests. Pure; decision 0012 says why it is this and no more.

    entry digest = SHA-256(canonical(entry, place))
    seal digest  = SHA-256(over the length-prefixed parts: TAG, digest of the seal before, number, sealed, and for each
                   entry in order canonical(entry, place), and at the end count and the last entry's id)

Each part is preceded by its length in eight bytes, so that no two lists of parts give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

TAG = b"rtc-audit-1"
GENESIS = "0" * 64
# What is sealed of an entry, in the order in which `canonical` takes the values.
FIELDS = ("id", "at", "action", "actor", "address", "call", "target", "data")


def moment(at: datetime) -> str:
    """UTC with microseconds, which is what PostgreSQL and SQLite both keep."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def canonical(values: Sequence[Any], place: int) -> bytes:
    """One entry as JSON bytes: keys sorted, ASCII, no spaces. `values` as FIELDS, read back from the database (a JSON
    column may have written a number differently than it was given)."""
    row = dict(zip(FIELDS, values, strict=True))
    row["at"] = moment(row["at"])
    row["call"] = None if row["call"] is None else str(row["call"])
    row["place"] = place
    return json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def entry_digest(entry: bytes) -> str:
    """Of one canonical entry: tells which one was changed."""
    return hashlib.sha256(entry).hexdigest()


class SealDigest:
    """The running digest of one seal: `add` each canonical entry in order, then `close`."""

    def __init__(self, previous: str, number: int, sealed: datetime) -> None:
        self._hash = hashlib.sha256()
        self.count = 0
        for part in (TAG, previous.encode(), str(number).encode(), moment(sealed).encode()):
            self._part(part)

    def _part(self, part: bytes) -> None:
        self._hash.update(len(part).to_bytes(8, "big"))
        self._hash.update(part)

    def add(self, entry: bytes) -> None:
        self._part(entry)
        self.count += 1

    def close(self, last_entry: int) -> str:
        self._part(str(self.count).encode())
        self._part(str(last_entry).encode())
        return self._hash.hexdigest()
