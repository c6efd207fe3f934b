"""Verify the audit: walk the chain and name the first row that is not what was sealed. Reads only; constant memory.

Three passes, of which the earliest fault counts: the chain itself, the anchors (truncated or rewritten chains are
whole in themselves), and what is not sealed yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby, islice
from typing import Any, NamedTuple

from django.db import connection

from .. import clock, conf
from ..chain import FIELDS, GENESIS, SealDigest, canonical, entry_digest
from ..db import reading
from ..models import AuditEntry, AuditSeal
from .anchors import Anchor

BATCH = 200  # seals whose entries one query streams


class Fault(NamedTuple):
    """What is wrong and where: `kind` is stable, `seal` a number, `entry` a primary key (None: there is no row)."""

    kind: str
    seal: int
    entry: int | None
    text: str


@dataclass
class Report:
    """Of the chain's seals `first` to `last`; `pending` entries are not sealed yet. Whole when `fault` is None, unless
    `unread` (the class of an error) says that there are anchors which could not be read."""

    first: int = 0
    last: int = 0
    digest: str = GENESIS
    entries: int = 0
    pending: int = 0
    anchors: int = 0
    fault: Fault | None = None
    unread: str = ""

    @property
    def is_whole(self) -> bool:
        return self.fault is None and not self.unread


@dataclass
class _Walk:
    """Where the walk stands."""

    number: int
    digest: str
    sealed: datetime | None = None
    latest: datetime | None = None  # time of the latest entry so far
    report: Report = field(default_factory=Report)


class _Broken(Exception):
    def __init__(self, kind: str, seal: int, entry: int | None, text: str) -> None:
        super().__init__(text)
        self.fault = Fault(kind, seal, entry, text)


def verify(anchors: Iterable[Anchor] = (), since: int = 0) -> Report:
    """Verify the chain from seal `since` on (0: all), against the anchors if there are any."""
    report = Report()
    faults = []
    with _snapshot():
        checks: list[Callable[[], None]] = [
            lambda: _chain(report, since),
            lambda: _anchored(report, anchors, since),
            lambda: _open(report),
        ]
        for check in checks:
            try:
                check()
            except _Broken as broken:
                faults.append(broken.fault)
    report.fault = min(faults, key=lambda fault: fault.seal) if faults else None
    return report


@contextmanager
def _snapshot() -> Iterator[None]:
    """One state of the tables for all passes: pruning in between would look like tampering."""
    fresh = not connection.in_atomic_block
    with reading():
        if fresh and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


# --- the chain ---


def _chain(report: Report, since: int) -> None:
    walk = _start(report, since)
    seals = AuditSeal.objects.filter(number__gt=walk.number).order_by("number").iterator(BATCH)
    while batch := list(islice(seals, BATCH)):
        entries = _entries([seal.pk for seal in batch])
        groups = groupby(entries, key=lambda row: row[0])
        group = next(groups, None)
        for seal in batch:
            mine: Iterable[Any] = ()
            if group is not None and group[0] == seal.pk:
                mine = group[1]
            _seal(walk, seal, mine)
            if group is not None and group[0] == seal.pk:
                group = next(groups, None)
    lost = AuditEntry.objects.filter(seal__isnull=False).exclude(seal_id__in=AuditSeal.objects.values("pk"))
    if (entry := lost.order_by("pk").first()) is not None:
        raise _Broken("orphan", walk.number + 1, entry.pk, f"entry {entry.pk} belongs to a seal that is gone")


def _entries(seals: list[int]) -> Iterator[tuple[Any, ...]]:
    """(seal_id, place, digest, *FIELDS, user_id) in the order of the chain, streamed."""
    rows = AuditEntry.objects.filter(seal_id__in=seals).order_by("seal__number", "place", "pk")
    return rows.values_list("seal_id", "place", "digest", *FIELDS, "user_id").iterator(chunk_size=2_000)


def _start(report: Report, since: int) -> _Walk:
    """Before the first seal; after a pruned one, or after the seal from which on is asked, that one's digest counts."""
    first: AuditSeal | None = AuditSeal.objects.order_by("number").first()
    walk = _Walk(0, GENESIS, report=report)
    if first is None:
        return walk
    if first.pruned is not None:
        said = AuditEntry.objects.filter(action="audit.pruned", data__up_to=first.number, data__digest=first.digest)
        if not said.exists():
            text = f"seal {first.number} says that all before it was pruned, and no entry says so"
            raise _Broken("pruned", first.number, None, text)
        if conf.core().AUDIT_KEEP_DAYS is None:  # whoever can delete rows can write both of these too
            text = f"all up to seal {first.number} was pruned, and AUDIT_KEEP_DAYS is not set: nothing ever is"
            raise _Broken("pruned", first.number, None, text)
        if (entry := AuditEntry.objects.filter(seal=first).order_by("place").first()) is not None:
            raise _Broken("pruned", first.number, entry.pk, f"entry {entry.pk} is in seal {first.number}, a pruned one")
        walk = _Walk(first.number, first.digest, first.sealed, report=report)
    if since > walk.number + 1:
        before: AuditSeal | None = AuditSeal.objects.filter(number=since - 1).first()
        if before is None:
            raise _Broken("missing_seal", since - 1, None, f"seal {since - 1}, after which to begin, is missing")
        walk = _Walk(before.number, before.digest, before.sealed, report=report)
    report.first = walk.number + 1
    report.last, report.digest = walk.number, walk.digest
    return walk


def _seal(walk: _Walk, seal: AuditSeal, entries: Iterable[tuple[Any, ...]]) -> None:
    expected = walk.number + 1
    if seal.number != expected:
        raise _Broken("missing_seal", expected, None, f"seal {expected} is missing, the next is {seal.number}")
    if seal.pruned is not None:
        raise _Broken("pruned", seal.number, None, f"seal {seal.number} is marked as pruned, and seals stand before it")
    late = timedelta(seconds=conf.core().AUDIT_LATE_SECONDS)
    if walk.sealed is not None and seal.sealed < walk.sealed - late:
        text = f"the clock went back: seal {seal.number} is older than the seal before it"
        raise _Broken("clock", seal.number, None, text)
    digest = SealDigest(walk.digest, seal.number, seal.sealed)
    last = 0
    for row in entries:
        last = _entry(walk, seal, digest, row, late)
    if digest.count < seal.count:
        text = f"entry at place {digest.count + 1} of seal {seal.number} (after entry {last}) is missing"
        raise _Broken("deleted", seal.number, None, text)
    if digest.close(last) != seal.digest or (digest.count, last) != (seal.count, seal.last_entry):
        text = f"seal {seal.number} is not the seal of its entries: it, or an entry and its digest, was changed"
        raise _Broken("seal", seal.number, None, text)
    walk.number, walk.digest, walk.sealed = seal.number, seal.digest, seal.sealed
    walk.report.last, walk.report.digest = seal.number, seal.digest
    walk.report.entries += digest.count


def _entry(walk: _Walk, seal: AuditSeal, digest: SealDigest, row: tuple[Any, ...], late: timedelta) -> int:
    _seal_id, place, kept, *values, user_id = row
    key, at, actor = values[0], values[1], values[3]
    expected = digest.count + 1
    if place is None or place < expected or place > seal.count:
        raise _Broken("inserted", seal.number, key, f"entry {key} was put into seal {seal.number} afterwards")
    if place > expected:
        text = f"entry at place {expected} of seal {seal.number} (before entry {key}) is missing"
        raise _Broken("deleted", seal.number, None, text)
    entry = canonical(values, place)
    if entry_digest(entry) != kept:
        text = f"entry {key} (place {place} of seal {seal.number}) was changed, or moved from its place"
        raise _Broken("edited", seal.number, key, text)
    if user_id is not None and actor != f"u:{user_id}":
        raise _Broken("edited", seal.number, key, f"entry {key} names user {user_id}, and it was {actor or 'nobody'}")
    if walk.latest is not None and at < walk.latest - late:
        text = f"entry {key} of seal {seal.number} is older than entries before it: backdated, or the clock went back"
        raise _Broken("clock", seal.number, key, text)
    if at > seal.sealed + late:
        raise _Broken("clock", seal.number, key, f"entry {key} is younger than its seal {seal.number}")
    walk.latest = at if walk.latest is None else max(walk.latest, at)
    digest.add(entry)
    return int(key)


# --- the anchors ---


def _anchored(report: Report, anchors: Iterable[Anchor], since: int) -> None:
    """Every anchored seal is still there with the same digest. Those before a pruned seal went with it."""
    first = AuditSeal.objects.order_by("number").values_list("number", flat=True).first()
    newest = AuditSeal.objects.order_by("-number").values_list("number", flat=True).first() or 0
    faults: list[Fault] = []
    given = iter(anchors)
    while batch := list(islice(given, BATCH)):
        known = dict(AuditSeal.objects.filter(number__in=[a.number for a in batch]).values_list("number", "digest"))
        for anchor in batch:
            report.anchors += 1
            if anchor.number < max(since - 1, first or 0) or known.get(anchor.number) == anchor.digest:
                continue
            faults = [min([*faults, _unlike(anchor, known, newest)], key=lambda fault: fault.seal)]
    if faults:
        raise _Broken(*faults[0])


def _unlike(anchor: Anchor, known: dict[int, str], newest: int) -> Fault:
    number = anchor.number
    if number in known:
        return Fault("fork", number, None, f"the chain was rewritten: seal {number} is not the one that was anchored")
    if number > newest:
        return Fault("truncated", number, None, f"the chain was cut off: seal {number} was anchored and is gone")
    return Fault("missing_seal", number, None, f"seal {number} was anchored and is missing")


# --- what is not sealed yet ---


def _open(report: Report) -> None:
    """Entries behind the newest seal: one whose time lies before it was not written when it says."""
    waiting = AuditEntry.objects.filter(seal__isnull=True)
    report.pending = waiting.count()
    newest: AuditSeal | None = AuditSeal.objects.order_by("-number").first()
    if newest is None:
        return
    late = timedelta(seconds=conf.core().AUDIT_LATE_SECONDS)
    # Against the newest sealed entry and not against the seal's own time: after a pause a backlog is sealed in parts.
    sealed = AuditEntry.objects.filter(pk=newest.last_entry).values_list("at", flat=True).first() or newest.sealed
    backdated = waiting.filter(at__lt=sealed - late).order_by("pk").first()
    if backdated is not None:
        text = f"entry {backdated.pk} is older than entries of seal {newest.number} and not sealed: put in afterwards"
        raise _Broken("inserted", newest.number + 1, backdated.pk, text)
    future = waiting.filter(at__gt=clock.now() + late).order_by("pk").first()
    if future is not None:
        raise _Broken("clock", newest.number + 1, future.pk, f"entry {future.pk} is from the future")
