"""The audit as CSV or JSON lines, piece by piece: a million entries need no more memory than five hundred."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from django.db.models import QuerySet

from ..chain import moment
from ..db import in_db
from ..models import AuditEntry

COLUMNS = ("id", "at", "action", "user", "actor", "address", "call", "target", "data", "seal", "place", "digest")
FORMATS = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}
PIECE = 500
BOM = "\ufeff"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # full-width ones too


def cell(value: Any) -> str:
    """One CSV cell. A spreadsheet would run what begins like a formula; an apostrophe makes it text (OWASP, "CSV
    Injection")."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in FORMULA else text


def _row(entry: AuditEntry, addresses: bool) -> dict[str, Any]:
    return {
        "id": entry.pk,
        "at": moment(entry.at),
        "action": entry.action,
        "user": entry.user_id,
        "actor": entry.actor,
        "address": entry.address if addresses else "",
        "call": None if entry.call is None else str(entry.call),
        "target": entry.target,
        "data": entry.data,
        "seal": None if entry.seal is None else entry.seal.number,
        "place": entry.place,
        "digest": entry.digest,
    }


def _csv(rows: list[dict[str, Any]], *, head: bool = False) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    if head:
        writer.writerow(COLUMNS)
    for row in rows:
        given = {**row, "data": json.dumps(row["data"], sort_keys=True, ensure_ascii=False)}
        writer.writerow([cell(given[name]) for name in COLUMNS])
    return out.getvalue()


def _jsonl(rows: list[dict[str, Any]]) -> str:
    return "".join(f"{json.dumps(row, sort_keys=True, ensure_ascii=False)}\n" for row in rows)


class Export:
    """Entries of a queryset by id, up to the newest at the time of asking. Iterate over it for pieces of text, or with
    `async for` where an event loop must not wait."""

    def __init__(
        self, entries: QuerySet[AuditEntry], *, kind: str = "csv", bom: bool = False, addresses: bool = True
    ) -> None:
        self._entries = entries.order_by("pk").select_related("seal")
        self._kind, self._bom, self._addresses = kind, bom, addresses
        self.count = 0

    def _head(self) -> str:
        return (BOM if self._bom else "") + (_csv([], head=True) if self._kind == "csv" else "")

    def _piece(self, after: int, newest: int) -> tuple[str, int]:
        """The next piece and the last id in it; 0 at the end."""
        found = list(self._entries.filter(pk__gt=after, pk__lte=newest)[:PIECE])
        self.count += len(found)
        rows = [_row(entry, self._addresses) for entry in found]
        write: Callable[[list[dict[str, Any]]], str] = _csv if self._kind == "csv" else _jsonl
        return write(rows), found[-1].pk if found else 0

    def _newest(self) -> int:
        return self._entries.order_by("-pk").values_list("pk", flat=True).first() or 0

    def __iter__(self) -> Iterator[str]:
        yield self._head()
        newest, after = self._newest(), 0
        while True:
            text, after = self._piece(after, newest)
            if not after:
                return
            yield text

    async def __aiter__(self) -> AsyncIterator[str]:
        yield self._head()
        newest, after = await in_db(self._newest), 0
        while True:
            text, after = await in_db(self._piece, after, newest)
            if not after:
                return
            yield text
