"""Do what is owed for an event: claimed by a conditional update, retried with back-off, then dead and loud."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q

from .. import clock, conf, registry
from ..models import Duty, Event
from ..models.duty import DutyState
from . import handover

log = logging.getLogger("rtc_service.duties")


def enqueue(event: Event) -> None:
    """Tell the worker right after the commit. A broker that is down costs a delay: the sweeper asks again."""
    for duty_id in Duty.objects.filter(event=event, state=DutyState.OWED).values_list("pk", flat=True):
        handover.give(duty_id)


def run(duty_id: int) -> bool:
    """Claim and do one duty. False when somebody else has it, it is done, or it is not due yet."""
    now = clock.now()
    settings = conf.core()
    claimable = Q(state=DutyState.OWED, due__lte=now) | Q(state=DutyState.RUNNING, lease_until__lt=now)
    claimed = Duty.objects.filter(claimable, pk=duty_id).update(
        state=DutyState.RUNNING,
        lease_until=now + timedelta(seconds=settings.DUTY_LEASE_SECONDS),
        attempts=F("attempts") + 1,
    )
    if not claimed:
        return False
    duty = Duty.objects.select_related("event__call").get(pk=duty_id)
    if duty.attempts > settings.DUTY_ATTEMPTS:  # each time its worker died: it may be what kills them
        _failed(duty, RuntimeError("the worker died while doing it"))
        return False
    try:
        with transaction.atomic():
            registry.get().duty_functions[duty.handler](duty.event)
            ours = Duty.objects.filter(pk=duty_id, attempts=duty.attempts)
            if not ours.update(state=DutyState.DONE, lease_until=None, error=""):
                # It took longer than its lease and somebody else has it now: theirs counts, ours is undone.
                transaction.set_rollback(True)
                return False
    except Exception as error:  # noqa: BLE001  a duty is somebody else's code: record, retry, give up loudly
        _failed(duty, error)
        return False
    return True


def _failed(duty: Duty, error: Exception) -> None:
    dead = duty.attempts >= conf.core().DUTY_ATTEMPTS
    log.error("duty %s of event %s failed (attempt %s)", duty.handler, duty.event_id, duty.attempts, exc_info=error)
    Duty.objects.filter(pk=duty.pk, attempts=duty.attempts).update(
        state=DutyState.DEAD if dead else DutyState.OWED,
        due=clock.after(min(2.0**duty.attempts, 300)),
        lease_until=None,
        error=f"{type(error).__name__}: {error}"[:500],
    )
    if dead:
        log.error("duty %s of event %s is given up", duty.handler, duty.event_id)


def again(duty_id: int) -> bool:
    """A person asks for a duty that was given up: it is owed anew, with all its attempts. False in other states."""
    with transaction.atomic():
        revived = Duty.objects.filter(pk=duty_id, state=DutyState.DEAD).update(
            state=DutyState.OWED, due=clock.now(), attempts=0, error=""
        )
        if revived:
            transaction.on_commit(lambda: handover.give(duty_id), robust=True)
    return bool(revived)


def sweep() -> int:
    """Ask the worker again for what is due and lies around (lost by the broker, or its worker died)."""
    now = clock.now()
    late = now - timedelta(seconds=10)
    waiting = Duty.objects.filter(
        Q(state=DutyState.OWED, due__lt=late) | Q(state=DutyState.RUNNING, lease_until__lt=now)
    ).values_list("pk", "state")[:100]
    for duty_id, state in waiting:
        # Pushed into the future by those who ask, so that ten processes ask once; a stale lease is renewed for asking.
        asked = Duty.objects.filter(pk=duty_id, state=state)
        if state == DutyState.OWED:
            taken = asked.filter(due__lt=late).update(due=now)
        else:
            taken = asked.filter(lease_until__lt=now).update(state=DutyState.OWED, due=now, lease_until=None)
        if taken:
            handover.give(duty_id)
    return len(waiting)
