"""The database's time, so that leases mean the same to every process whatever its own clock says."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

_shift = timedelta(0)


def now() -> datetime:
    """Aware UTC time of the database server (on SQLite that is this machine)."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            moment: datetime = cursor.fetchone()[0]
    else:
        moment = timezone.now()
    return moment + _shift


def after(seconds: float) -> datetime:
    """`now()` and so many seconds."""
    return now() + timedelta(seconds=seconds)


def shift(seconds: float) -> None:
    """For tests (`rtc_service.testing.later`): move this process's idea of the database's time."""
    global _shift
    _shift = timedelta(seconds=seconds)


def millis(moment: datetime | None) -> float | None:
    """Milliseconds since the Unix epoch, as the protocol carries times."""
    return None if moment is None else round(moment.timestamp() * 1000, 1)
