"""Who records: claimed by one conditional update, renewed, given up; fenced by the epoch."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max, Q, QuerySet

from rtc_service import clock
from rtc_service.models import Link, Participant
from rtc_service.services import timeline
from rtc_service.states import CallState, LegKind

from ..conf import recordings as settings
from ..models import Recording, RecordingState, Segment
from ..models.recording import LIVE
from . import alarms, handover, steps


@dataclass(frozen=True)
class Recorded:
    """A party that is recorded: its row's key, and the number of its next segment."""

    pk: int
    next_number: int


@dataclass(frozen=True)
class Claim:
    """A recorder's place: what it needs to record, without another look into the database."""

    pk: int
    uuid: UUID
    call: UUID
    leg: UUID
    epoch: int
    parties: dict[UUID, Recorded]
    alarms: set[tuple[str, UUID | None]]
    offset: float  # seconds to add to this machine's clock to have the database's


def claim(uuid: UUID, owner: str) -> Claim | None:
    """Take the recording, if it runs and nobody else has it: of several who ask at once one gets it."""
    now = clock.now()
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    with transaction.atomic():
        # No join: Django would make it `id IN (SELECT …)`, and PostgreSQL asks only what stands in the UPDATE itself
        # again when it has waited for another's claim.
        here = Participant.objects.filter(call__rtc_recordings__uuid=uuid, left__isnull=True).values("pk")
        taken = Recording.objects.filter(free, uuid=uuid, state__in=LIVE, leg_id__in=here).update(
            epoch=F("epoch") + 1, lease_until=now + timedelta(seconds=settings().LEASE_SECONDS), owner=owner[:80]
        )
        if not taken:
            return None
        recording = Recording.objects.select_related("call", "leg").get(uuid=uuid)
        if recording.leg is None:
            return None
        return Claim(
            pk=recording.pk,
            uuid=uuid,
            call=recording.call.uuid,
            leg=recording.leg.uuid,
            epoch=recording.epoch,
            parties=_parties(recording),
            alarms=alarms.open_of(recording),
            offset=clock.now().timestamp() - time.time(),
        )


def _parties(recording: Recording) -> dict[UUID, Recorded]:
    kept = Segment.objects.filter(recording=recording).values("party").annotate(newest=Max("number"))
    newest = {row["party"]: row["newest"] for row in kept}
    links = Link.objects.filter(first_id=recording.leg_id, kind=LegKind.RECORD).values_list("second_id", flat=True)
    legs = Participant.objects.filter(pk__in=list(links)).values_list("uuid", "pk")
    return {uuid: Recorded(pk, newest.get(pk, 0) + 1) for uuid, pk in legs}


def renew(claim: Claim) -> str | None:
    """The recording's state while the claim holds, else None: this recorder has lost its place and writes nothing."""
    states = (*LIVE, RecordingState.FINALISING)
    now = clock.now()
    until = now + timedelta(seconds=settings().LEASE_SECONDS)
    held = Recording.objects.filter(pk=claim.pk, epoch=claim.epoch, state__in=states)
    if not held.filter(lease_until__gte=now).update(lease_until=until) and not _heard_again(held, until):
        return None
    return held.values_list("state", flat=True).first()


def _heard_again(held: QuerySet[Recording], until: datetime) -> bool:
    """The lease had run out and nobody has taken the place: meanwhile a sweeper may have said that nobody records."""
    recording = held.select_related("call").first()
    if recording is None:
        return False
    with timeline.changing(recording.call):
        if not held.update(lease_until=until):
            return False
        # One that is starting has not recorded yet: that is over with the first media, as in `recordings.began`.
        if held.exclude(state=RecordingState.STARTING).exists():
            alarms.switch(recording, "no_recorder", on=False)
    return True


def release(claim: Claim) -> None:
    """The recorder goes, its segments are closed: another may go on, or the finaliser begins."""
    Recording.objects.filter(pk=claim.pk, epoch=claim.epoch).update(lease_until=None)
    recording = Recording.objects.select_related("call", "leg").get(pk=claim.pk)
    if recording.epoch != claim.epoch:
        return
    if recording.state in LIVE:
        steps.proceed(recording.call)  # the call may be over, and its duty not done yet
        recording.refresh_from_db()
    if recording.state == RecordingState.FINALISING:
        handover.finalise(recording)
    elif recording.state in LIVE and recording.call.state != CallState.ENDED:
        handover.record(recording)


def free_for_finaliser(uuid: UUID) -> bool:
    """Has the recorder let go (or died)? Until then it is still closing its segments."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=clock.now())
    return Recording.objects.filter(free, uuid=uuid, state=RecordingState.FINALISING).exists()
