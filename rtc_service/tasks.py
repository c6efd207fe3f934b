"""Celery doors: take ids, call one service, tolerate repetition."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from .services import duties, sweeps


@shared_task(name="rtc.duty", ignore_result=True)
def run_duty(duty_id: int, **_ignored: Any) -> None:
    duties.run(duty_id)


@shared_task(name="rtc.sweep", ignore_result=True)
def sweep(**_ignored: Any) -> None:
    sweeps.run_all()


def beat_schedule() -> dict[str, dict[str, Any]]:
    """For the host's Celery: `app.conf.beat_schedule = {**rtc_service.tasks.beat_schedule(), ...}`."""
    return {"rtc-sweep": {"task": "rtc.sweep", "schedule": 5.0, "options": {"expires": 5.0}}}
