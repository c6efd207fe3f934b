"""What an action says of itself for the OpenAPI document. Knows no library; `openapi.py` reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Doc:
    """`answer` is the serializer of the good answer; `wrong`: statuses besides those that every action may give."""

    name: str
    summary: str
    answer: type
    status: int = 200
    body: type | None = None
    query: type | None = None
    wrong: tuple[int, ...] = ()
    example: dict[str, Any] | None = None
    body_example: dict[str, Any] | None = None


def documented(name: str, summary: str, answer: type, **more: Any) -> Callable[[F], F]:
    """`name` is the operationId: it stays, as generated clients make functions of it."""

    def decorate(function: F) -> F:
        function.rtc_doc = Doc(name, summary, answer, **more)  # type: ignore[attr-defined]
        return function

    return decorate
