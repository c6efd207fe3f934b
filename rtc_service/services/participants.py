"""Legs: join, be seen, be lost, come back, leave."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from .. import clock, conf
from ..models import Call, Participant, Visitor
from ..states import LegKind, Role
from . import prompts, row_by_row, timeline

log = logging.getLogger("rtc_service.participants")


def describe(participant: Participant) -> dict[str, Any]:
    """What the log says of a leg; a customer's name stays out of it."""
    return {"participant": str(participant.uuid), "role": participant.role, "name": participant.name}


def join(
    call: Call,
    role: Role,
    *,
    visitor: Visitor | None = None,
    user_id: int | None = None,
    name: str = "",
    kind: LegKind = LegKind.TALK,
    uuid: UUID | None = None,
) -> Participant:
    """Open a leg (inside the caller's transaction)."""
    now = clock.now()
    participant = Participant.objects.create(
        uuid=uuid or uuid4(),
        call=call,
        role=role,
        kind=kind,
        visitor=visitor,
        user_id=user_id,
        name=name[:120],
        joined=now,
        lease_until=clock.after(conf.core().LEASE_SECONDS),
    )
    timeline.append(call, "participant.joined", actor=participant.uuid, data=describe(participant))
    return participant


def leave(participant: Participant) -> bool:
    """Close a leg; False when it was closed already."""
    now = clock.now()
    with timeline.changing(participant.call):
        left = Participant.objects.filter(pk=participant.pk, left__isnull=True).update(
            left=now, present=False, lease_until=None
        )
        if left:
            timeline.append(participant.call, "participant.left", actor=participant.uuid, data=describe(participant))
            prompts.withdraw_of(participant)
    return bool(left)


def seen(participant_ids: Iterable[int]) -> None:
    """Renew the leases of legs whose sockets were heard in this beat (one update for all).

    A leg that was taken for lost though its socket lives (the database or this machine stood still) is back."""
    ids = list(participant_ids)
    if not ids:
        return
    here = Participant.objects.filter(pk__in=ids, left__isnull=True)
    with transaction.atomic():
        # Who is being changed at this moment has the next beat: waiting for many rows at once is how deadlocks begin.
        free = here.filter(present=True).select_for_update(skip_locked=True).values_list("pk", flat=True)
        Participant.objects.filter(pk__in=list(free)).update(lease_until=clock.after(conf.core().LEASE_SECONDS))
    for participant in here.filter(present=False).select_related("call"):
        back(participant)


def back(participant: Participant) -> bool:
    """A socket speaks for this leg again; True when it had been lost."""
    until = clock.after(conf.core().LEASE_SECONDS)
    with timeline.changing(participant.call):
        returned = Participant.objects.filter(pk=participant.pk, left__isnull=True, present=False).update(
            present=True, lost_since=None, lease_until=until
        )
        if returned:
            timeline.append(participant.call, "participant.back", actor=participant.uuid, data=describe(participant))
        else:
            Participant.objects.filter(pk=participant.pk, left__isnull=True).update(lease_until=until)
    return bool(returned)


def lost(participant: Participant) -> bool:
    """No socket speaks for this leg any more; the call's sweeper gives it time to come back."""
    with timeline.changing(participant.call):
        gone = Participant.objects.filter(pk=participant.pk, left__isnull=True, present=True).update(
            present=False, lost_since=clock.now(), lease_until=None
        )
        if gone:
            timeline.append(participant.call, "participant.lost", actor=participant.uuid, data=describe(participant))
    return bool(gone)


def set_media(participant: Participant, media: dict[str, bool]) -> None:
    """Which sources of this leg are on; written only when something changed."""
    if participant.media == media:
        return
    with timeline.changing(participant.call):
        changed = Participant.objects.filter(pk=participant.pk, left__isnull=True).update(media=media)
        if changed:
            data = {"participant": str(participant.uuid), **media}
            timeline.append(participant.call, "media", actor=participant.uuid, data=data)


def sweep() -> int:
    """Legs whose lease ran out are lost."""
    overdue = Participant.objects.filter(left__isnull=True, present=True, lease_until__lt=clock.now()).select_related(
        "call"
    )
    return row_by_row.each(overdue[:500], lost, log)
