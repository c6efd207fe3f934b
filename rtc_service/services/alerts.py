"""Raise and clear alerts: one open row per key, however often the same thing is noticed."""

from __future__ import annotations

import logging
from typing import Any

from django.db import IntegrityError, transaction

from .. import clock
from ..models import Alert, Call
from . import audit

log = logging.getLogger("rtc_service.alerts")


def raise_(code: str, *, key: str = "", call: Call | None = None, target: str = "", **data: Any) -> bool:
    """Open an alert; False when it is open already. `key` defaults to code, call and target."""
    key = key or f"{code}:{call.uuid if call else '-'}:{target}"
    try:
        with transaction.atomic():
            Alert.objects.create(
                code=code, key=key[:160], call=call, target=target[:120], data=data, raised=clock.now()
            )
    except IntegrityError:
        return False
    log.warning("alert %s call=%s target=%s", code, call.uuid if call else "-", target or "-")
    return True


def clear(code: str, *, key: str = "", call: Call | None = None, target: str = "") -> bool:
    """It is over; False when no such alert was open."""
    key = key or f"{code}:{call.uuid if call else '-'}:{target}"
    return bool(Alert.objects.filter(key=key[:160], cleared__isnull=True).update(cleared=clock.now()))


def is_open(code: str, *, call: Call | None = None, target: str = "") -> bool:
    """Is it known already? For those who look again and again: asking costs no lock and no write."""
    key = f"{code}:{call.uuid if call else '-'}:{target}"
    return Alert.objects.filter(key=key[:160], cleared__isnull=True).exists()


def dismiss(alert: Alert, *, user_id: int | None) -> bool:
    """Somebody has seen to it; False when it was over. What still goes on is raised again by whoever notices it."""
    with transaction.atomic():
        done = Alert.objects.filter(pk=alert.pk, cleared__isnull=True).update(cleared=clock.now())
        if done:
            audit.record("alert.cleared", user_id=user_id, call=alert.call.uuid if alert.call else None,
                         target=f"alert:{alert.pk}", code=alert.code, about=alert.target)  # fmt: skip
    return bool(done)
