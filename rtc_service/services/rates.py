"""Fixed windows counted in the database: exact for any number of processes and threads.

One statement inserts, counts on, or begins the next window, and says how many there are; the row's lock puts parallel
requests in order. A cache would do it on Redis alone: the in-process cache of a small installation counts per process.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection

from .. import clock
from ..models import RateWindow

SECONDS = 60


@dataclass(frozen=True)
class Window:
    """What is left of the present window after this request. `reset` in seconds, at least 1."""

    name: str
    limit: int
    count: int
    reset: int

    @property
    def passed(self) -> bool:
        return self.count <= self.limit

    @property
    def remaining(self) -> int:
        return max(0, self.limit - self.count)


def hit(name: str, key: str, limit: int) -> Window:
    """Count one request of `key` in the policy `name`; `limit` a minute."""
    now = clock.now()
    number = int(now.timestamp()) // SECONDS
    reset = max(1, math.ceil((number + 1) * SECONDS - now.timestamp()))
    count = _count(f"{name}:{key}"[:100], number, now + timedelta(seconds=SECONDS * 2))
    return Window(name, limit, count, reset)


def _count(key: str, number: int, until: object) -> int:
    table = connection.ops.quote_name(RateWindow._meta.db_table)
    # An older number than the row's is a request that was held up: it counts where the others are.
    statement = f"""
        INSERT INTO {table} ("key", "number", "count", "until") VALUES (%s, %s, 1, %s)
        ON CONFLICT ("key") DO UPDATE SET
            "count" = CASE WHEN {table}."number" >= excluded."number" THEN {table}."count" + 1 ELSE 1 END,
            "until" = excluded."until",
            "number" = CASE WHEN {table}."number" >= excluded."number" THEN {table}."number" ELSE excluded."number" END
        RETURNING "count"
    """  # noqa: S608  the table's own name
    moment = connection.ops.adapt_datetimefield_value(until)  # type: ignore[arg-type]
    with connection.cursor() as cursor:
        cursor.execute(statement, [key, number, moment])
        return int(cursor.fetchone()[0])


def sweep() -> int:
    """Forget windows that are over."""
    return RateWindow.objects.filter(until__lt=clock.now()).delete()[0]
