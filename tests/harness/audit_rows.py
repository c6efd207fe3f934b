"""Tamper with the audit as somebody with the database's password would: by SQL, past every guard of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

TABLES = ("rtc_service_auditentry", "rtc_service_auditseal")


@contextmanager
def superuser() -> Iterator[None]:
    """Without PostgreSQL's triggers, ours and those of foreign keys."""
    _role("replica")
    yield
    _role("origin")


def _role(role: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET session_replication_role = {role}")


def sql(statement: str, *parameters: Any) -> int:
    """`E` and `S` stand for the two tables. Returns how many rows it changed."""
    text = statement.replace("{E}", TABLES[0]).replace("{S}", TABLES[1])
    with superuser(), connection.cursor() as cursor:
        cursor.execute(text, parameters)
        return int(cursor.rowcount)
