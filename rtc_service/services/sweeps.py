"""Time-outs of the core: every state has one. Idempotent, run by every ticker and by beat."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Q

from .. import clock, conf, registry
from ..models import Call, Participant
from ..states import OPEN, CallState, EndReason, Role
from . import calls, row_by_row

log = logging.getLogger("rtc_service.sweeps")
_ran: dict[str, float] = {}  # of those that run less often: when they last ran in this process


def overdue_calls() -> int:
    """Calls whose state has lasted too long."""
    overdue = Call.objects.filter(state__in=OPEN, state_until__lt=clock.now())
    return row_by_row.each(overdue[:200], _overdue, log)


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
    return row_by_row.each(gone[:200], _lost, log)


def _lost(leg: Participant) -> bool:
    if leg.role == Role.CUSTOMER:
        return calls.end(leg.call, reason=EndReason.LOST, by=Role.CUSTOMER)
    if leg.call.state == CallState.ENDED:
        return False
    calls.back_to_queue(leg.call, cause="staff_lost", first=True)
    return True


def run_all() -> dict[str, int]:
    """Every registered sweeper once; one that fails does not stop the others."""
    return _run(registry.get().sweepers)


def run_due() -> dict[str, int]:
    """The same without those that ran in this process less than their `every` seconds ago."""
    now, known = time.monotonic(), registry.get()
    due = []
    for name in known.sweepers:
        if (every := known.pauses.get(name)) is not None:
            if now - _ran.get(name, -every) < every:
                continue
            _ran[name] = now
        due.append(name)
    return _run(due)


def _run(names: Iterable[str]) -> dict[str, int]:
    result: dict[str, int] = {}
    for name in names:
        try:
            result[name] = registry.get().sweepers[name]()
        except Exception:  # noqa: BLE001  a leaf's sweeper: log it, go on, it runs again soon
            log.exception("sweeper %s failed", name)
    return result
