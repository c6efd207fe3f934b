"""Who finishes a recording: one at a time, at most FINALISE_ATTEMPTS times, and whoever has lost the row stops."""

from __future__ import annotations

import os
import socket
import time
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.db.models import F, Q, QuerySet

from rtc_service import clock

from ..conf import recordings as settings
from ..models import Recording, RecordingState

FIRST_PAUSE = 60.0  # seconds after a failed attempt; doubled each time
LONGEST_PAUSE = 3600.0


class Lost(Exception):
    """Another finaliser has the recording, or it is not to be finished any more."""


class NotFree(Exception):
    """Its recorder has not let go, another finaliser is at work, or the pause after a failed attempt is not over."""


@dataclass
class Claim:
    """The right to finish a recording, as long as `epoch` is the row's."""

    recording: Recording
    epoch: int
    renewed: float = field(default_factory=time.monotonic)

    def keep(self) -> None:
        """Call often: renews the lease when a third of it has passed. Raises Lost."""
        if time.monotonic() - self.renewed >= settings().FINALISE_LEASE_SECONDS / 3:
            self.hold()

    def hold(self) -> None:
        """Renew now; inside a transaction the row then stays ours until the commit. Raises Lost."""
        self.renewed = time.monotonic()
        if not self._mine().update(lease_until=clock.after(settings().FINALISE_LEASE_SECONDS)):
            raise Lost

    def pause(self) -> None:
        """The attempt failed: nobody tries again for a while. Does nothing when the claim is lost."""
        wait = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (self.recording.attempts - 1))
        self._mine().update(lease_until=clock.after(wait), owner="")

    @property
    def is_over(self) -> bool:
        """So many attempts were begun and none came to an end, not even a bad one: it kills its workers."""
        return self.recording.attempts > settings().FINALISE_ATTEMPTS

    @property
    def is_last(self) -> bool:
        return self.recording.attempts >= settings().FINALISE_ATTEMPTS

    def _mine(self) -> QuerySet[Recording]:
        return Recording.objects.filter(pk=self.recording.pk, epoch=self.epoch, state=RecordingState.FINALISING)


def find(uuid: UUID | str) -> Recording | None:
    """The recording, if it waits to be finished."""
    found = Recording.objects.filter(uuid=uuid, state=RecordingState.FINALISING)
    return found.select_related("call").first()


def claim(recording: Recording) -> Claim:
    """Take the row: epoch and attempts go up, so that a recorder or finaliser that still runs loses it. Raises
    NotFree."""
    now = clock.now()
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    taken = Recording.objects.filter(free, pk=recording.pk, epoch=recording.epoch, state=RecordingState.FINALISING)
    if not taken.update(
        epoch=F("epoch") + 1,
        attempts=F("attempts") + 1,
        lease_until=now + timedelta(seconds=settings().FINALISE_LEASE_SECONDS),
        owner=f"finaliser {socket.gethostname()}:{os.getpid()}"[:80],
    ):
        raise NotFree
    recording.refresh_from_db()
    return Claim(recording, recording.epoch)
