"""Seal audit entries: each run closes what has settled since the last one into numbered, chained seals.

Of several sealers at once only one gets the next number, by the unique constraint: the others' transactions roll back
and find nothing left to do. That holds on PostgreSQL (they wait for the first one's commit) as on SQLite.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from .. import clock, conf
from ..chain import FIELDS, GENESIS, SealDigest, canonical, entry_digest
from ..models import AuditEntry, AuditSeal
from . import alerts, anchors

log = logging.getLogger("rtc_service.audit")


def run() -> int:
    """Seal everything that has settled; safe at any time, from any number of processes. Returns how many entries."""
    made: list[AuditSeal] = []
    while (seal := _next()) is not None:
        made.append(seal)
        if seal.count < conf.core().AUDIT_SEAL_ENTRIES:
            break
    anchors.publish(made)
    return sum(seal.count for seal in made)


def _next() -> AuditSeal | None:
    """The next seal, or None when nothing has settled or another sealer has the number."""
    try:
        with transaction.atomic():
            return _seal(clock.now())
    except IntegrityError:
        log.info("another sealer was first")
        return None


def _seal(now: datetime) -> AuditSeal | None:
    newest: AuditSeal | None = AuditSeal.objects.order_by("-number").first()
    rows = settled(now)
    if not rows:
        return None
    if newest is not None and now < newest.sealed - timedelta(seconds=conf.core().AUDIT_LATE_SECONDS):
        # Sealed all the same, or the entries would stay open to changes; `rtc_audit_verify` names the seal.
        alerts.raise_("audit.clock", target=f"seal:{newest.number + 1}", newest=newest.sealed.isoformat())
    number = 1 if newest is None else newest.number + 1
    digest = SealDigest(GENESIS if newest is None else newest.digest, number, now)
    marks: list[tuple[int, str, int]] = []
    for place, values in enumerate(rows, 1):
        entry = canonical(values, place)
        digest.add(entry)
        marks.append((place, entry_digest(entry), values[0]))
    last = marks[-1][2]
    seal: AuditSeal = AuditSeal.objects.create(
        number=number, sealed=now, count=len(marks), last_entry=last, digest=digest.close(last)
    )
    _mark(seal.pk, marks)
    return seal


def settled(now: datetime) -> list[tuple[Any, ...]]:
    """The next entries to seal, as FIELDS, by primary key: those that are old enough for slower transactions to have
    committed, and those from the future (a rewound clock), which would otherwise stay open for ever."""
    settings = conf.core()
    old = Q(at__lt=now - timedelta(seconds=settings.AUDIT_SETTLE_SECONDS))
    future = Q(at__gt=now + timedelta(seconds=settings.AUDIT_LATE_SECONDS))
    entries = AuditEntry.objects.filter(old | future, seal__isnull=True).order_by("pk").values_list(*FIELDS)
    return list(entries[: settings.AUDIT_SEAL_ENTRIES])


def _mark(seal_id: int, marks: list[tuple[int, str, int]]) -> None:
    """The one place that changes audit entries. By SQL, because a CASE over thousands of rows is slow."""
    name = connection.ops.quote_name
    table, seal, place, digest, key = (
        name(word) for word in (AuditEntry._meta.db_table, "seal_id", "place", "digest", "id")
    )
    sql = f"UPDATE {table} SET {seal} = %s, {place} = %s, {digest} = %s WHERE {key} = %s AND {seal} IS NULL"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(sql, [(seal_id, *mark) for mark in marks])
        if cursor.rowcount != len(marks):
            raise IntegrityError("an entry was sealed by somebody else meanwhile")
