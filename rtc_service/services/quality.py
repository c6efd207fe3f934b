"""Keep what the browsers measured: every window, and per leg one row with the worst that lasted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
from django.db import IntegrityError, transaction

from .. import clock, lasting
from ..models import Participant, QualitySample, QualitySummary
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
            sample = QualitySample.objects.create(
                participant=participant, window_start=start, seconds=body.seconds, values=values
            )
            sum_up(sample)
            return sample
    except IntegrityError:
        return None


def sum_up(sample: QualitySample) -> QualitySummary:
    """Add a window to its leg's row; inside the transaction that writes the window."""
    leg = sample.participant
    row, _ = QualitySummary.objects.select_for_update().get_or_create(
        participant=leg, defaults={"call_id": leg.call_id, "until": sample.window_start}
    )
    # A page that does not move needs no pictures.
    lasting.add(row, sample.window_start, sample.seconds, sample.values,
                counts=lambda key: key != "fps" or not _screen_is_shown_to(leg))  # fmt: skip
    row.save()
    return row


def _screen_is_shown_to(leg: Participant) -> bool:
    """Asked only when a rate is the lowest so far."""
    others = Participant.objects.filter(call_id=leg.call_id).exclude(pk=leg.pk)
    return any(media.get("screen") for media in others.values_list("media", flat=True))
