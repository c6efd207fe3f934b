"""What the bodies are made of: bounded strings and numbers, and the base of them all."""

from __future__ import annotations

from typing import Annotated, TypeVar

from msgspec import Meta, Struct

Short = Annotated[str, Meta(max_length=64)]
Name = Annotated[str, Meta(max_length=120)]
Reference = Annotated[str, Meta(max_length=200)]
Url = Annotated[str, Meta(max_length=2000)]
Token = Annotated[str, Meta(max_length=2000)]
Count = Annotated[int, Meta(ge=0, le=2**53)]
Generation = Annotated[int, Meta(ge=1, le=1_000_000)]
Duration = Annotated[float, Meta(ge=0, le=3_600_000)]  # ms; an hour is nonsense already, and charts must hold it
Latency = Annotated[float, Meta(ge=-3_600_000, le=3_600_000)]  # ms between two clocks, so it may be below zero


class Body(Struct, omit_defaults=False):
    """Base of every body."""


class Empty(Body):
    """No fields."""


B = TypeVar("B", bound=Body)
