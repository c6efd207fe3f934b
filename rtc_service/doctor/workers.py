"""A canary for each queue: a task that a worker must have run within seconds, seen in the database."""

from __future__ import annotations

import time
import uuid

from celery import current_app

from .. import registry, tasks
from ..services import heartbeats
from .finding import Finding, ok, problem, said

SECONDS, LOOK = 10.0, 0.1


def queues() -> dict[str, str]:
    """Queue -> what for: the default one, and those that leaves named."""
    named = {item.queue: "periodic tasks" for item in registry.get().periodic.values() if item.queue}
    return {current_app.conf.task_default_queue: "duties and sweepers"} | named | registry.get().queues


def check() -> list[Finding]:
    """All queues at once, so that a missing worker costs the others no time."""
    token = uuid.uuid4().hex
    waiting = queues()
    for name in waiting:
        try:
            tasks.canary.apply_async((name, token), queue=name, expires=SECONDS, retry=False)
        except Exception as error:  # noqa: BLE001  each transport has its own errors
            return [problem(f"The broker took no task ({type(error).__name__}: {said(error)}).", "See `broker`.")]
    found, began = [], time.monotonic()
    while waiting and time.monotonic() - began < SECONDS:
        for name in [name for name in waiting if heartbeats.heard(name, token)]:
            del waiting[name]
            found.append(ok(f"A worker of queue {name} answered in {time.monotonic() - began:.1f} s."))
        time.sleep(LOOK)
    for name, purpose in waiting.items():
        hint = f"Start one: celery -A … worker -Q {name}. If there is one, it is busy with longer tasks."
        found.append(problem(f"Nobody works for queue {name} ({purpose}).", hint))
    return found
