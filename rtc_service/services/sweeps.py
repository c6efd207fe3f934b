"""Time-outs of the core: every state has one. Idempotent, run by every ticker and by beat."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db.models import Q

from .. import clock, conf, registry
from ..exceptions import Conflict
from ..models import Call, Participant
from ..states import OPEN, CallState, EndReason, Role
from . import calls

log = logging.getLogger("rtc_service.sweeps")


def overdue_calls() -> int:
    """Calls whose state has lasted too long."""
    moved = 0
    for call in Call.objects.filter(state__in=OPEN, state_until__lt=clock.now())[:200]:
        try:
            moved += _overdue(call)
        except Conflict:  # moved on by somebody else meanwhile
            continue
    return moved


def _overdue(call: Call) -> bool:
    if call.state == CallState.WAITING:
        return calls.end(call, reason=EndReason.NO_AGENT)
    if call.state == CallState.RINGING:
        # The offer's own sweeper (agents) is faster; this is the net below it.
        calls.back_to_queue(call, cause="missed")
        return True
    if call.state == CallState.CONNECTING:
        return _not_connected(call)
    return calls.end(call, reason=EndReason.FAILED)


def _not_connected(call: Call) -> bool:
    """Media never came. Both sockets alive: go on with text (the picture may come). Otherwise first in the queue."""
    present = set(call.participants.filter(left__isnull=True, present=True).values_list("role", flat=True))
    if {Role.CUSTOMER, Role.STAFF} <= present:
        return calls.activate(call, cause="no_media")
    calls.back_to_queue(call, cause="timeout", first=True)
    return True


def lost_parties() -> int:
    """A customer away for LOST_SECONDS ends the call; a staff member away sends it back, first in the queue."""
    limit = clock.now() - timedelta(seconds=conf.core().LOST_SECONDS)
    gone = Participant.objects.filter(
        Q(role=Role.CUSTOMER) | Q(role=Role.STAFF), left__isnull=True, present=False, lost_since__lt=limit
    ).select_related("call")
    moved = 0
    for leg in gone[:200]:
        try:
            if leg.role == Role.CUSTOMER:
                moved += calls.end(leg.call, reason=EndReason.LOST, by=Role.CUSTOMER)
            elif leg.call.state != CallState.ENDED:
                calls.back_to_queue(leg.call, cause="staff_lost", first=True)
                moved += 1
        except Conflict:
            continue
    return moved


def run_all() -> dict[str, int]:
    """Every registered sweeper once; one that fails does not stop the others."""
    result: dict[str, int] = {}
    for name, sweeper in registry.get().sweepers.items():
        try:
            result[name] = sweeper()
        except Exception:  # noqa: BLE001  a leaf's sweeper: log it, go on, it runs again in a second
            log.exception("sweeper %s failed", name)
    return result
