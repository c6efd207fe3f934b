"""Put the keys of all files under the newest key of the ring. Files are not touched; an interrupted run is simply
started again, because only what is under an older key is looked at."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Count

from ..models import RecordingFile, Segment
from ..vault import keys
from ..vault.errors import VaultError

BATCH = 200


@dataclass
class Rotated:
    """`failed`: file name -> code of what is wrong with its key. `left`: key id -> files that still need it."""

    key_id: str = ""
    rewrapped: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)


def rotate() -> Rotated:
    """All of them, in batches."""
    result = Rotated(key_id=keys.newest())
    for model in (RecordingFile, Segment):
        after = 0
        while after >= 0:
            after = _batch(model, after, result)
    result.left = _in_use()
    return result


def _batch(model: Any, after: int, result: Rotated) -> int:
    """The rows behind the primary key `after`; answers the last one's, or -1 when there are no more."""
    with transaction.atomic():
        older = model.objects.filter(pk__gt=after).exclude(wrapped_key="").exclude(key_id=result.key_id)
        rows = list(older.order_by("pk").only("name", "key_id", "wrapped_key")[:BATCH])
        for row in rows:
            before = row.wrapped_key
            try:
                keys.rewrap(row)
            except VaultError as error:
                result.failed[row.name] = error.code
                continue
            # Not save(): a key that was shredded meanwhile must not come back.
            unchanged = model.objects.filter(pk=row.pk, wrapped_key=before)
            result.rewrapped += unchanged.update(key_id=row.key_id, wrapped_key=row.wrapped_key)
    return rows[-1].pk if rows else -1


def _in_use() -> dict[str, int]:
    found: Counter[str] = Counter()
    for model in (RecordingFile, Segment):
        kept = model._default_manager.exclude(wrapped_key="").order_by()
        found.update(dict(kept.values_list("key_id").annotate(Count("pk"))))
    return dict(found)
