"""Something is wrong with a recording that runs: the staff member's screen says so at once, and an alert is kept."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from rtc_service.services import timeline

from ..models import Recording
from . import recording_alerts

PROBLEMS = ("no_picture", "no_sound", "black", "no_recorder")


def switch(recording: Recording, problem: str, *, on: bool, participant: UUID | None = None) -> bool:
    """Say that a problem is there, or over; False when that was known. `participant` None: it is nobody's alone."""
    code = f"recordings.{problem}"
    if on and recording_alerts.is_open(code, recording, participant):
        return False  # sweepers of all processes say it each second: not each time with the call's lock
    with timeline.changing(recording.call):
        if on:
            changed = recording_alerts.raise_(code, recording, participant)
        else:
            changed = recording_alerts.clear(code, recording, participant)
        if changed:
            data = {
                "recording": str(recording.uuid),
                "participant": str(participant) if participant else None,
                "problem": problem,
                "on": on,
            }
            timeline.append(recording.call, "recordings.alarm", data=data)
    return changed


def switch_if_still(recording: Recording, problem: str, still: Callable[[Recording], bool]) -> bool:
    """Say that it is there, if `still` says so of the row as it is when nobody else can move it."""
    if recording_alerts.is_open(f"recordings.{problem}", recording):
        return False
    with timeline.changing(recording.call):
        same = Recording.objects.filter(pk=recording.pk, epoch=recording.epoch, version=recording.version)
        fresh = same.select_related("call").first()
        return fresh is not None and still(fresh) and switch(fresh, problem, on=True)


def switch_fenced(recording: Recording, problem: str, *, on: bool, participant: UUID, epoch: int) -> bool:
    """The same from a recorder, unless it has lost its place."""
    with timeline.changing(recording.call):
        if not Recording.objects.filter(pk=recording.pk, epoch=epoch).exists():
            return False
        return switch(recording, problem, on=on, participant=participant)


def open_of(recording: Recording) -> set[tuple[str, UUID | None]]:
    """The problems that stand: {(problem, participant)}."""
    standing = {(code.partition(".")[2], party) for code, party in recording_alerts.open_of(recording)}
    return {(problem, party) for problem, party in standing if problem in PROBLEMS}


def clear_all(recording: Recording) -> None:
    """The recording is over, and its problems with it."""
    for problem, participant in open_of(recording):
        switch(recording, problem, on=False, participant=participant)
