"""Something is wrong with a recording that runs: the staff member's screen says so at once, and an alert is kept."""

from __future__ import annotations

from uuid import UUID

from rtc_service.models import Alert
from rtc_service.services import alerts, timeline

from ..models import Recording

PROBLEMS = ("no_picture", "no_sound", "black", "no_recorder")


def switch(recording: Recording, problem: str, *, on: bool, participant: UUID | None = None) -> bool:
    """Say that a problem is there, or over; False when that was known. `participant` None: it is nobody's alone."""
    target, code = _target(recording, participant), f"recordings.{problem}"
    if on and alerts.is_open(code, call=recording.call, target=target):
        return False  # sweepers of all processes say it each second: not each time with the call's lock
    with timeline.changing(recording.call):
        if on:
            changed = alerts.raise_(code, call=recording.call, target=target)
        else:
            changed = alerts.clear(code, call=recording.call, target=target)
        if changed:
            data = {
                "recording": str(recording.uuid),
                "participant": str(participant) if participant else None,
                "problem": problem,
                "on": on,
            }
            timeline.append(recording.call, "recordings.alarm", data=data)
    return changed


def switch_fenced(recording: Recording, problem: str, *, on: bool, participant: UUID, epoch: int) -> bool:
    """The same from a recorder, unless it has lost its place."""
    with timeline.changing(recording.call):
        if not Recording.objects.filter(pk=recording.pk, epoch=epoch).exists():
            return False
        return switch(recording, problem, on=on, participant=participant)


def open_of(recording: Recording) -> set[tuple[str, UUID | None]]:
    """The problems that stand: {(problem, participant)}."""
    found = set()
    prefix = f"{recording.uuid}/"
    for alert in Alert.objects.filter(call_id=recording.call_id, cleared__isnull=True, code__startswith="recordings."):
        problem = alert.code.partition(".")[2]
        if problem in PROBLEMS and alert.target.startswith(prefix):
            party = alert.target.removeprefix(prefix)
            found.add((problem, UUID(party) if party else None))
    return found


def clear_all(recording: Recording) -> None:
    """The recording is over, and its problems with it."""
    for problem, participant in open_of(recording):
        switch(recording, problem, on=False, participant=participant)


def _target(recording: Recording, participant: UUID | None) -> str:
    return f"{recording.uuid}/{participant or ''}"
