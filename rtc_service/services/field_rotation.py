"""Put all encrypted columns under the newest key of the ring; an interrupted run is simply started again.

Every model with an `EncryptedTextField` takes part, a host's own too. Blind indexes (phone numbers) are made with the
*oldest* key of the ring and stay as they are: that key must remain the last of the ring for as long as they are
searched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import F, TextField, Value
from django.db.models.expressions import ExpressionWrapper
from django.db.models.functions import Length, StrIndex, Substr

from .. import crypto
from ..fields import EncryptedTextField

BATCH = 200


@dataclass
class Rotated:
    """`failed`: "app.model.field" -> how many values no key of the ring opens. `left`: key id -> values under it."""

    key_id: str = ""
    reencrypted: int = 0
    failed: dict[str, int] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)


def rotate() -> Rotated:
    """All columns, in batches."""
    result = Rotated(key_id=next(iter(crypto.key_ring())))
    for model, column in columns():
        after: Any = None
        while (after := _batch(model, column, after, result)) is not None:
            pass
        for key_id, count in in_use(model, column).items():
            result.left[key_id] = result.left.get(key_id, 0) + count
    return result


def columns() -> Iterator[tuple[type[models.Model], EncryptedTextField]]:
    """Every encrypted column of the project."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            for column in model._meta.local_fields:
                if isinstance(column, EncryptedTextField):
                    yield model, column


def in_use(model: type[models.Model], column: EncryptedTextField) -> dict[str, int]:
    """Key id -> how many values of the column are under it."""
    rows = _stored(model, column).annotate(rtc_key=Substr("rtc_stored", 1, StrIndex("rtc_stored", Value(":")) - 1))
    counted = rows.order_by().values("rtc_key").annotate(rtc_count=models.Count("pk"))
    return dict(counted.values_list("rtc_key", "rtc_count"))


def _stored(model: type[models.Model], column: EncryptedTextField) -> models.QuerySet[Any]:
    """The rows that hold something, the column as it is in the database: called a plain text, it stays encrypted."""
    raw = ExpressionWrapper(F(column.name), output_field=TextField())
    return model._base_manager.annotate(rtc_stored=raw, rtc_length=Length("rtc_stored")).filter(rtc_length__gt=0)


def _batch(model: type[models.Model], column: EncryptedTextField, after: Any, result: Rotated) -> Any:
    """The rows behind the primary key `after`; answers the last one's, or None when there are no more."""
    mark = f"{result.key_id}:"
    older = _stored(model, column).annotate(rtc_mark=Substr("rtc_stored", 1, len(mark))).exclude(rtc_mark=mark)
    if after is not None:
        older = older.filter(pk__gt=after)
    with transaction.atomic():
        rows = list(older.order_by("pk").values_list("pk", "rtc_stored")[:BATCH])
        for pk, stored in rows:
            try:
                fresh = column.reencrypted(stored)
            except crypto.DecryptionError:
                result.failed[str(column)] = result.failed.get(str(column), 0) + 1
                continue
            # Only what is still as it was read: somebody may have written it meanwhile (under the newest key).
            unchanged = _stored(model, column).filter(pk=pk, rtc_stored=stored)
            result.reencrypted += unchanged.update(**{column.name: Value(fresh, output_field=TextField())})
    return rows[-1][0] if rows else None
