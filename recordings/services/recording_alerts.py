"""Alerts about a recording. Their target begins with its uuid, a party's own alert goes on with "/<participant>"; so
all of them are found, and none outlives the recording."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from rtc_service import clock
from rtc_service.models import Alert
from rtc_service.services import alerts

from ..models import Recording

PREFIX = "recordings."  # of the codes
FINALISE_FAILED = "recordings.finalise_failed"
FINALISE_LATE = "recordings.finalise_late"  # stands for as long as the state
SEGMENT_DAMAGED = "recordings.segment_damaged"


def raise_(code: str, recording: Recording, party: UUID | None = None, /, *, key: str = "", **data: Any) -> bool:
    """As `alerts.raise_`. Inside `timeline.changing`, with a look at the recording as it is by then: whoever moves it
    on clears the alert under the same lock."""
    return alerts.raise_(code, key=key, call=recording.call, target=_target(recording, party), **data)


def clear(code: str, recording: Recording, party: UUID | None = None) -> bool:
    """As `alerts.clear`."""
    return alerts.clear(code, call=recording.call, target=_target(recording, party))


def is_open(code: str, recording: Recording, party: UUID | None = None) -> bool:
    """As `alerts.is_open`."""
    return alerts.is_open(code, call=recording.call, target=_target(recording, party))


def open_of(recording: Recording) -> Iterator[tuple[str, UUID | None]]:
    """(code, party) of all that are open."""
    for code, target in _open(recording).values_list("code", "target"):
        party = target.partition("/")[2]
        yield code, UUID(party) if party else None


def clear_all(recording: Recording, *codes: str) -> int:
    """There is nothing to look at any more; of these codes, or of any. How many there were."""
    found = _open(recording).filter(code__in=codes) if codes else _open(recording)
    return int(found.update(cleared=clock.now()))


def _open(recording: Recording) -> QuerySet[Alert]:
    about = Q(target=str(recording.uuid)) | Q(target__startswith=f"{recording.uuid}/")
    return Alert.objects.filter(about, call_id=recording.call_id, code__startswith=PREFIX, cleared__isnull=True)


def _target(recording: Recording, party: UUID | None) -> str:
    return f"{recording.uuid}/{party}" if party else str(recording.uuid)
