"""Do what is owed for an event: claimed by a conditional update, retried with back-off, then dead and loud."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q

from .. import clock, conf, registry
from ..models import Duty, Event
from ..models.duty import DutyState

log = logging.getLogger("rtc_service.duties")


def enqueue(event: Event) -> None:
    """Tell the worker right after the commit. A broker that is down costs a delay: the sweeper asks again."""
    for duty_id in Duty.objects.filter(event=event, state=DutyState.OWED).values_list("pk", flat=True):
        _send(duty_id)


def _send(duty_id: int) -> None:
    from ..tasks import run_duty  # tasks are a door; only the hand-over to the worker reaches up

    try:
        run_duty.apply_async((duty_id,), retry=False, ignore_result=True)
    except Exception:  # noqa: BLE001  any broker error: the row is the promise, not the queue
        log.warning("the broker did not take duty %s; the sweeper will ask again", duty_id)


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
    try:
        with transaction.atomic():
            registry.get().duty_functions[duty.handler](duty.event)
            Duty.objects.filter(pk=duty_id, attempts=duty.attempts).update(
                state=DutyState.DONE, lease_until=None, error=""
            )
    except Exception as error:  # noqa: BLE001  a duty is somebody else's code: record, retry, give up loudly
        _failed(duty, error)
        return False
    return True


def _failed(duty: Duty, error: Exception) -> None:
    dead = duty.attempts >= conf.core().DUTY_ATTEMPTS
    log.exception("duty %s of event %s failed (attempt %s)", duty.handler, duty.event_id, duty.attempts)
    Duty.objects.filter(pk=duty.pk, attempts=duty.attempts).update(
        state=DutyState.DEAD if dead else DutyState.OWED,
        due=clock.after(min(2.0**duty.attempts, 300)),
        lease_until=None,
        error=f"{type(error).__name__}: {error}"[:500],
    )
    if dead:
        log.error("duty %s of event %s is given up", duty.handler, duty.event_id)


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
            _send(duty_id)
    return len(waiting)
