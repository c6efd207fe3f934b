"""Lists, newest first, by cursor: rows that come in meanwhile neither repeat nor hide others."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core import signing
from django.db.models import Q, QuerySet

from .. import conf
from .problems import QueryInvalid

SALT = "rtc_service.api.cursor"


def page(rows: QuerySet[Any], field: str, query: dict[str, Any]) -> tuple[list[Any], str | None]:
    """One page of `rows` by `field` and pk, both falling; and the cursor of the next page. Raises QueryInvalid."""
    if query.get("cursor"):
        moment, pk = _read(query["cursor"], field)
        rows = rows.filter(Q(**{f"{field}__lt": moment}) | Q(**{field: moment, "pk__lt": pk}))
    limit = min(query.get("limit") or conf.core().API_PAGE, conf.core().API_PAGE_MOST)
    found = list(rows.order_by(f"-{field}", "-pk")[: limit + 1])
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    return found[:limit], signing.dumps([field, getattr(last, field).isoformat(), last.pk], salt=SALT)


def _read(cursor: str, field: str) -> tuple[datetime, int]:
    # Signed, so that what is read here was written here.
    try:
        given, moment, pk = signing.loads(cursor, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise QueryInvalid({"cursor": ["This is no cursor of ours."]}) from None
    if given != field:
        raise QueryInvalid({"cursor": ["This cursor is of another list."]})
    return datetime.fromisoformat(moment), int(pk)
