"""Play a recording: the reason and the audit of it, opening a file, and what follows when one was changed."""

from __future__ import annotations

import io
import logging
from typing import Any

from django.db import transaction

from rtc_service.exceptions import Conflict, RtcError
from rtc_service.services import alerts, audit

from ..models import Recording, RecordingFile, RecordingState
from ..vault import store
from ..vault.errors import KeyShredded, VaultError
from . import holds, reasons

log = logging.getLogger("rtc_recordings.playback")

DAMAGED = "recordings.damaged"  # code of the alert


class Gone(RtcError):
    """The recording was deleted: its key does not exist any more."""

    code = "gone"
    status = 410


class Damaged(RtcError):
    """The file on the storage is not what was recorded, or cannot be read; an alert says so."""

    code = "damaged"
    status = 500


def is_gone(recording: Recording) -> bool:
    """Deleted, or being deleted: the keys go first."""
    return recording.state == RecordingState.DELETED or holds.is_shredded(recording)


def begin(recording: Recording, *, user_id: Any, reason: str, address: str = "") -> str:
    """Somebody is about to see it. Answers the reason as it was kept; raises BadRequest, Gone, Conflict."""
    reason = reasons.cleaned(reason)
    if is_gone(recording):
        raise Gone("the recording was deleted")
    if recording.state != RecordingState.READY:
        raise Conflict("the recording is not ready", code="not_ready")
    _record("recording.played", recording, user_id=user_id, address=address, reason=reason)
    return reason


def go_on(recording: Recording, *, user_id: Any, address: str = "") -> None:
    """The same viewing has lasted for another hour."""
    _record("recording.play_renewed", recording, user_id=user_id, address=address)


def open_file(file: RecordingFile) -> io.RawIOBase:
    """A reader of the plain bytes. Raises Gone, Damaged."""
    try:
        reader: io.RawIOBase = store.open_reader(file)
    except KeyShredded:
        raise Gone("the recording was deleted") from None
    except (VaultError, OSError) as error:
        raise noted(file, error) from error
    return reader


def noted(file: RecordingFile, error: Exception, position: int = 0) -> Damaged:
    """Raise the alert and leave the audit entry for a file that cannot be read; answers what to raise."""
    recording = file.recording
    # A deletion may have come between two chunks: that is no damage.
    fresh = RecordingFile.objects.filter(pk=file.pk).values_list("wrapped_key", flat=True).first()
    if not fresh:
        return Damaged("the recording was deleted meanwhile", code=Gone.code)
    code = error.code if isinstance(error, VaultError) else type(error).__name__
    log.error("recording %s party %s at %d: %s", recording.uuid, file.party.uuid, position, code)
    what: dict[str, Any] = {
        "recording": str(recording.uuid),
        "party": str(file.party.uuid),
        "problem": code,
        "position": position,
    }
    with transaction.atomic():
        # One row for one trouble: players ask for the same piece again and again.
        if alerts.raise_(DAMAGED, call=recording.call, target=what["party"], **what):
            audit.record("recording.damaged", call=recording.call.uuid, target=f"recording:{recording.uuid}", **what)
    return Damaged(f"the file cannot be read: {code}")


def damaged_parties(recording: Recording) -> set[str]:
    """uuids of the parties whose files have an open alert."""
    found = recording.call.alerts.filter(code=DAMAGED, cleared__isnull=True)
    return set(found.values_list("target", flat=True))


def _record(action: str, recording: Recording, *, user_id: Any, address: str, **data: Any) -> None:
    audit.record(
        action,
        user_id=user_id,
        address=address,
        call=recording.call.uuid,
        target=f"recording:{recording.uuid}",
        **data,
    )
