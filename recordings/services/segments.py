"""Rows of segments, written by recorders: only while their epoch is the recording's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from rtc_service import clock
from rtc_service.exceptions import Conflict

from ..models import Recording, RecordingState, Segment
from . import sizes
from .leases import Claim

WRITABLE = (RecordingState.STARTING, RecordingState.RUNNING)


class PlaceLost(Conflict):
    """Another recorder has the recording: this one writes nothing more, and stops."""

    code = "place_lost"


def opened(claim: Claim, *, party: int, number: int, name: str, key_id: str, wrapped_key: str, at: float) -> int:
    """Write the row before the file exists, so that no file is unknown; the row's key. `at`: seconds since the epoch,
    by the database's clock. Raises PlaceLost; Conflict when the recording is paused or over."""
    with transaction.atomic():
        # The lock keeps who pauses or takes over waiting until the row is there.
        recording = Recording.objects.select_for_update().filter(pk=claim.pk, epoch=claim.epoch).first()
        if recording is None:
            raise PlaceLost("another recorder has this recording")
        if recording.state not in WRITABLE:
            raise Conflict(f"nothing is recorded while the recording is {recording.state}")
        segment = Segment.objects.create(
            recording=recording,
            party_id=party,
            number=number,
            epoch=claim.epoch,
            name=name,
            key_id=key_id,
            wrapped_key=wrapped_key,
            opened=datetime.fromtimestamp(at, UTC),
        )
    return segment.pk


def checkpoint(claim: Claim, segment: int, *, clocks: dict[str, Any], counts: dict[str, int], size: int) -> None:
    """What is known so far, for the case of a kill; a recording that is full ends. Raises PlaceLost."""
    _ours(claim, segment, clocks=clocks, counts=counts, size=size)
    sizes.end_when_full(claim.pk)


def closed(
    claim: Claim, segment: int, *, clocks: dict[str, Any], counts: dict[str, int], size: int, sha256: str
) -> None:
    """What the finaliser needs to know; a recording that is full ends. Raises PlaceLost."""
    _ours(claim, segment, clocks=clocks, counts=counts, size=size, sha256=sha256, closed=clock.now())
    sizes.end_when_full(claim.pk)


def _ours(claim: Claim, segment: int, **values: Any) -> None:
    rows: QuerySet[Segment] = Segment.objects.filter(pk=segment, epoch=claim.epoch, closed__isnull=True)
    if not rows.filter(recording__epoch=claim.epoch).update(**values):
        raise PlaceLost("another recorder has this recording")
