"""The first of several equal requests is worked on, the others get its answer (draft-ietf-httpapi-idempotency-key)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction

from .. import clock, conf
from ..models import IdempotencyKey

Answer = tuple[int, dict[str, Any]]


class OtherRequest(Exception):
    """The key was used for another request."""


class StillRunning(Exception):
    """The first request with this key has not been answered yet."""


def begin(actor: str, key: str, request: str) -> Answer | None:
    """The stored answer (status, {"headers", "body"}), or None: the caller goes to work, and calls finish or forget.

    Raises OtherRequest, StillRunning. A row whose worker has died is begun anew after API_IDEMPOTENCY_SECONDS by the
    one who moves its time on; so what the work makes must be named after the key (`api.idempotency.name`).
    """
    now = clock.now()
    try:
        with transaction.atomic():
            IdempotencyKey.objects.create(actor=actor, key=key, request=request, created=now)
        return None
    except IntegrityError:
        row = IdempotencyKey.objects.filter(actor=actor, key=key).first()
    if row is None:  # swept or forgotten in this moment
        raise StillRunning
    if row.request != request:
        raise OtherRequest
    if row.status:
        return row.status, json.loads(row.answer)
    if row.created > now - timedelta(seconds=conf.core().API_IDEMPOTENCY_SECONDS):
        raise StillRunning
    if not IdempotencyKey.objects.filter(pk=row.pk, status=0, created=row.created).update(created=now):
        raise StillRunning
    return None


def finish(actor: str, key: str, status: int, answer: dict[str, Any]) -> None:
    """Keep the answer for the repetitions."""
    IdempotencyKey.objects.filter(actor=actor, key=key).update(status=status, answer=json.dumps(answer))


def forget(actor: str, key: str) -> None:
    """The request came to nothing: it may be tried again under the same key, with the same or a mended body."""
    IdempotencyKey.objects.filter(actor=actor, key=key, status=0).delete()


def sweep() -> int:
    """Forget answers that are old enough."""
    oldest = clock.now() - timedelta(hours=conf.core().API_IDEMPOTENCY_HOURS)
    return IdempotencyKey.objects.filter(created__lt=oldest).delete()[0]
