"""The demo's Celery app, and how its processes say that they are ready."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from celery import Celery
from celery.signals import beat_init, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demo.settings")

app = Celery("demo")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_after_finalize.connect  # type: ignore[untyped-decorator]
def set_schedule(sender: Celery, **_: Any) -> None:
    # Inside a function: the tasks' module needs the models, which need the apps to be loaded.
    from rtc_service.tasks import beat_schedule

    sender.conf.beat_schedule = beat_schedule()


def say_ready(**_: Any) -> None:
    """The supervisor waits for this file and prints its page only then."""
    path = os.environ.get("RTC_DEMO_READY_FILE")
    if path:
        Path(path).touch()


worker_ready.connect(say_ready, weak=False)
beat_init.connect(say_ready, weak=False)
