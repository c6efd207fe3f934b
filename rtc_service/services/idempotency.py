"""The first of several equal requests is worked on, the others get its answer (draft-ietf-httpapi-idempotency-key)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from .. import clock, conf
from ..models import IdempotencyKey

Answer = tuple[int, dict[str, Any]]  # status, {"headers", "body"}


@dataclass(frozen=True)
class Begun:
    """The right to answer under a key, until somebody takes this one for dead and begins the request anew."""

    pk: int
    at: datetime


class OtherRequest(Exception):
    """The key was used for another request."""


class StillRunning(Exception):
    """The first request with this key has not been answered yet."""


def begin(actor: str, key: str, request: str) -> Answer | Begun:
    """The stored answer, or what the caller, who goes to work, hands to finish or forget.

    Raises OtherRequest, StillRunning. A row whose worker has died is begun anew after API_IDEMPOTENCY_SECONDS by the
    one who moves its time on; so what the work makes must be named after the key (`api.idempotency.name`).
    """
    now = clock.now()
    try:
        with transaction.atomic():
            made = IdempotencyKey.objects.create(actor=actor, key=key, request=request, created=now)
        return Begun(made.pk, now)
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
    return Begun(row.pk, now)


def finish(begun: Begun, status: int, answer: dict[str, Any]) -> None:
    """Keep the answer for the repetitions, unless another has begun the request anew meanwhile: theirs counts."""
    _of(begun).update(status=status, answer=json.dumps(answer))


def forget(begun: Begun) -> None:
    """The request came to nothing: it may be tried again under the same key, with the same or a mended body."""
    _of(begun).delete()


def _of(begun: Begun) -> QuerySet[IdempotencyKey]:
    return IdempotencyKey.objects.filter(pk=begun.pk, created=begun.at, status=0)


def sweep() -> int:
    """Forget answers that are old enough."""
    oldest = clock.now() - timedelta(hours=conf.core().API_IDEMPOTENCY_HOURS)
    return IdempotencyKey.objects.filter(created__lt=oldest).delete()[0]
