"""Keep what the browsers measured."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
from django.db import IntegrityError, transaction

from .. import clock
from ..models import Participant, QualitySample
from ..signalling.protocol import Quality

# A browser whose clock is off, or that makes its windows up, gets the server's time.
TOLERANCE_SECONDS = 30.0


def keep(participant: Participant, body: Quality) -> QualitySample | None:
    """One window of one participant; the same window again is dropped. Values are rounded to what can be told apart."""
    values: dict[str, Any] = {
        key: round(value, 4) if isinstance(value, float) else value
        for key, value in msgspec.to_builtins(body.stats).items()
        if value is not None
    }
    now = clock.now()
    start = datetime.fromtimestamp(min(body.window, 4_102_444_800_000) / 1000, UTC)
    if abs((now - start).total_seconds()) > TOLERANCE_SECONDS + body.seconds:
        start = now
    try:
        with transaction.atomic():
            return QualitySample.objects.create(
                participant=participant, window_start=start, seconds=body.seconds, values=values
            )
    except IntegrityError:
        return None
