"""Write down that somebody is alive, for those who ask later (`rtc_doctor`)."""

from __future__ import annotations

from datetime import datetime, timedelta

from .. import clock
from ..models import Heartbeat

BEAT = "beat"
SPARE = timedelta(seconds=10)  # a beat within this of the last one writes nothing


def canary(queue: str) -> str:
    return f"canary:{queue}"[:100]


def beat() -> None:
    """A worker has run what beat sent."""
    now = clock.now()
    if not Heartbeat.objects.filter(name=BEAT, at__gt=now - SPARE).exists():
        Heartbeat.objects.update_or_create(name=BEAT, defaults={"at": now})


def sing(queue: str, token: str) -> None:
    """A worker of this queue has got the doctor's question."""
    Heartbeat.objects.update_or_create(name=canary(queue), defaults={"at": clock.now(), "token": token[:40]})


def heard(queue: str, token: str) -> bool:
    return Heartbeat.objects.filter(name=canary(queue), token=token[:40]).exists()


def last_beat() -> datetime | None:
    return Heartbeat.objects.filter(name=BEAT).values_list("at", flat=True).first()
