"""Play a recording: the reason and the audit of it, opening a file, and what follows when one was changed."""

from __future__ import annotations

import io
import logging
from typing import Any

from rtc_service.exceptions import Conflict, RtcError
from rtc_service.services import audit, timeline

from ..models import Recording, RecordingFile, RecordingState
from ..vault import store
from ..vault.errors import KeyShredded, VaultError
from . import holds, reasons, recording_alerts

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
    code = error.code if isinstance(error, VaultError) else type(error).__name__
    what: dict[str, Any] = {
        "recording": str(recording.uuid),
        "party": str(file.party.uuid),
        "problem": code,
        "position": position,
    }
    with timeline.changing(recording.call):
        # A deletion may have come between two chunks: that is no damage.
        if not RecordingFile.objects.filter(pk=file.pk).exclude(wrapped_key="").exists():
            return Damaged("the recording was deleted meanwhile", code=Gone.code)
        log.error("recording %s party %s at %d: %s", recording.uuid, file.party.uuid, position, code)
        # One row for one trouble: players ask for the same piece again and again.
        if recording_alerts.raise_(DAMAGED, recording, file.party.uuid, **what):
            audit.record("recording.damaged", call=recording.call.uuid, target=f"recording:{recording.uuid}", **what)
    return Damaged(f"the file cannot be read: {code}")


def damaged_parties(recording: Recording) -> set[str]:
    """uuids of the parties whose files have an open alert."""
    return {str(party) for code, party in recording_alerts.open_of(recording) if code == DAMAGED}


def whole_again(file: RecordingFile) -> bool:
    """It was read from end to end and is what was recorded (a restored backup): no damage any more."""
    return recording_alerts.clear(DAMAGED, file.recording, file.party.uuid)


def _record(action: str, recording: Recording, *, user_id: Any, address: str, **data: Any) -> None:
    audit.record(
        action,
        user_id=user_id,
        address=address,
        call=recording.call.uuid,
        target=f"recording:{recording.uuid}",
        **data,
    )
