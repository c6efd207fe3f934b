"""Celery doors: take ids, call one service, tolerate repetition."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from . import registry
from .services import duties, heartbeats, pruning, sealing, sweeps, verdicts


@shared_task(name="rtc.duty", ignore_result=True)
def run_duty(duty_id: int, **_ignored: Any) -> None:
    duties.run(duty_id)


@shared_task(name="rtc.sweep", ignore_result=True)
def sweep(**_ignored: Any) -> None:
    heartbeats.beat()
    sweeps.run_due()


@shared_task(name="rtc.audit.seal", ignore_result=True)
def seal_audit(**_ignored: Any) -> None:
    sealing.run()


@shared_task(name="rtc.audit.day", ignore_result=True)
def audit_day(**_ignored: Any) -> None:
    """Verify the whole audit; what is whole is pruned, what is broken, or may be, is evidence and stays."""
    if verdicts.check().is_whole:
        pruning.run()


@shared_task(name="rtc.canary", ignore_result=True)
def canary(queue: str, token: str, **_ignored: Any) -> None:
    """rtc_doctor asks whether anybody works for this queue."""
    heartbeats.sing(queue, token)


def beat_schedule() -> dict[str, dict[str, Any]]:
    """For the host's Celery: `app.conf.beat_schedule = {**rtc_service.tasks.beat_schedule(), ...}`; the leaves' too.

    What nobody has taken when its next run is due is forgotten: a worker that comes back does it once."""
    given = {"rtc-sweep": registry.Periodic("rtc.sweep", 5.0), **registry.get().periodic}
    return {
        name: {"task": item.task, "schedule": item.seconds, "options": _options(item)} for name, item in given.items()
    }


def _options(item: registry.Periodic) -> dict[str, Any]:
    return {"expires": item.seconds, **({"queue": item.queue} if item.queue else {})}
