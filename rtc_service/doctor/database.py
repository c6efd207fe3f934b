"""The database: does it run as the services need it, is there room for our connections, and is its clock ours?"""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.db import connection

from .. import conf
from .finding import Finding, ok, problem, warning

OLDEST = 140_000  # PostgreSQL 14, the oldest that Django 5.2 takes
BUSY_MS = 5_000
OFF_WARN, OFF_BAD = 0.5, 5.0  # seconds between the clocks


def check() -> list[Finding]:
    return {"sqlite": _sqlite, "postgresql": _postgresql}.get(connection.vendor, _other)()


def _ask(sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def _other() -> list[Finding]:
    return [problem(f"The database is {connection.vendor}.", "Use PostgreSQL, or SQLite for one machine.")]


def _sqlite() -> list[Finding]:
    found = []
    if (mode := str(_ask("PRAGMA journal_mode")).lower()) not in ("wal", "memory"):
        hint = 'Put "PRAGMA journal_mode=WAL" into OPTIONS["init_command"].'
        found.append(problem(f"SQLite's journal is {mode}: readers and writers wait for each other.", hint))
    if settings.DATABASES["default"].get("OPTIONS", {}).get("transaction_mode") != "IMMEDIATE":
        hint = 'Set OPTIONS["transaction_mode"] to "IMMEDIATE".'
        found.append(problem("SQLite transactions are not IMMEDIATE and fail midway under load.", hint))
    if (busy := int(_ask("PRAGMA busy_timeout"))) < BUSY_MS:
        hint = 'Set OPTIONS["timeout"] to 20.'
        found.append(warning(f"A writer gives up after {busy} ms when another one writes.", hint))
    return found or [ok("SQLite in WAL, IMMEDIATE transactions: right for one machine.")]


def _postgresql() -> list[Finding]:
    given = settings.DATABASES["default"]
    found = []
    if (version := int(_ask("SHOW server_version_num"))) < OLDEST:
        found.append(problem(f"PostgreSQL {version // 10_000} is too old.", "Use 14 or newer."))
    if given.get("CONN_MAX_AGE", 0) != 0 and not given.get("CONN_HEALTH_CHECKS"):
        text = "Kept connections are used without looking whether they live (CONN_MAX_AGE without CONN_HEALTH_CHECKS)."
        found.append(warning(text, "Set CONN_HEALTH_CHECKS to True."))
    found += _room()
    return found or [ok(f"PostgreSQL {version // 10_000}, connections are looked after.")]


def _room() -> list[Finding]:
    """A server process takes up to DATABASE_THREADS connections, besides those of Django's own threads."""
    most = int(_ask("SHOW max_connections")) - int(_ask("SHOW superuser_reserved_connections"))
    used = int(_ask("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"))
    threads = conf.core().DATABASE_THREADS
    processes = (most - used) // threads
    text = f"{most - used} of {most} connections are free; a server process may take {threads} (DATABASE_THREADS)."
    hint = "Raise max_connections, or set core.DATABASE_THREADS lower."
    if processes < 1:
        return [problem(text, hint)]
    return [warning(text, hint)] if processes < 2 else []


def clock_check() -> list[Finding]:
    """Leases are by the database's clock; credentials for TURN and signed links by ours."""
    if connection.vendor != "postgresql":
        return [ok("The database has this machine's clock.")]
    before = time.time()
    theirs = float(_ask("SELECT extract(epoch FROM clock_timestamp())"))
    after = time.time()
    off = max(before - theirs, theirs - after, 0.0)
    if off < OFF_WARN:
        return [ok(f"The database's clock is ours ({off * 1000:.0f} ms apart).")]
    text, hint = f"The database's clock is {off:.1f} s off ours.", "Let both machines keep time by NTP."
    return [problem(text, hint) if off > OFF_BAD else warning(text, hint)]
