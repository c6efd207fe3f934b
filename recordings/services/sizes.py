"""How much a recording may write: a party's bit rate is bounded by the capture, its length by the call's only."""

from __future__ import annotations

from contextlib import suppress

from django.db.models import Sum

from rtc_service.exceptions import Conflict

from ..conf import recordings as settings
from ..models import Recording, Segment
from . import recording_alerts, recordings


def written(recording: int) -> int:
    """Bytes of media in all segments of a recording (its key), as far as recorders have told."""
    return Segment.objects.filter(recording=recording).aggregate(bytes=Sum("size"))["bytes"] or 0


def end_when_full(recording: int) -> bool:
    """End a recording (its key) that has reached MAX_BYTES; whether this has ended it. What it holds is kept.

    Asked for whenever a recorder tells a segment's size, each few seconds."""
    most = settings().MAX_BYTES
    if not most or (size := written(recording)) < most:
        return False
    row = Recording.objects.select_related("call", "leg").get(pk=recording)
    with suppress(Conflict):  # it is over already
        recordings.finish(row, cause="full")
        recording_alerts.raise_("recordings.full", row, bytes=size)
        return True
    return False
