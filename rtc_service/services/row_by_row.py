"""One row after the other, so that a bad one keeps no other waiting: what sweepers do with what they have found."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db.models import Model

from ..exceptions import Conflict

M = TypeVar("M", bound=Model)


def each(rows: Iterable[M], step: Callable[[M], bool], log: logging.Logger) -> int:
    """How many `step` has moved. One that it breaks on is logged, and looked at again by the next sweep."""
    moved = 0
    for row in rows:
        try:
            moved += step(row)
        except Conflict:  # moved on by somebody else meanwhile
            continue
        except Exception:  # noqa: BLE001  of whatever is wrong with this one
            log.exception("sweeping %s %s failed", row._meta.model_name, row.pk)
    return moved
