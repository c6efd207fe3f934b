"""Byte ranges of RFC 9110, section 14, for one range at a time. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SPEC = re.compile(r"\s*bytes\s*=\s*([0-9]{0,18})\s*-\s*([0-9]{0,18})\s*", re.IGNORECASE | re.ASCII)


class Unsatisfiable(Exception):
    """The range begins behind the end: 416 with `Content-Range: bytes */<size>`."""


@dataclass(frozen=True)
class Part:
    """Bytes `first` to `last`, both included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


def parse(header: str, size: int, *, piece: int = 0) -> Part | None:
    """The part that is asked for, or None: the header is to be ignored and all is sent with 200.

    Ignored are other units, what is malformed, and several ranges at once (14.2 allows it). `piece` cuts ranges without
    an end: a server may send less than was asked for (15.3.7), and players ask for the rest. Raises Unsatisfiable.
    """
    match = _SPEC.fullmatch(header)
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        suffix = int(match[2])
        if suffix == 0 or size == 0:
            raise Unsatisfiable
        return Part(max(0, size - suffix), size - 1)
    first = int(match[1])
    if match[2] and int(match[2]) < first:
        return None
    if first >= size:
        raise Unsatisfiable
    if match[2]:
        return Part(first, min(int(match[2]), size - 1))
    return Part(first, min(first + piece, size) - 1 if piece else size - 1)


def condition_holds(if_range: str, etag: str) -> bool:
    """`If-Range` (13.1.5): a strong comparison. We send no Last-Modified, so that a date never holds."""
    return not if_range or if_range.strip() == etag
