"""Run the checks, each in a thread of its own with its own time limit: none can hang the others or the command."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from django.db import connections

from .. import conf, registry
from . import core
from .finding import Finding, problem, said


@dataclass(frozen=True)
class Result:
    name: str
    findings: list[Finding]
    seconds: float


def known() -> dict[str, registry.Health]:
    """All checks by name, the core's first."""
    return {**core.checks(), **registry.get().healths}


def examine(only: Collection[str] = ()) -> Iterator[Result]:
    """Each check's result as soon as it is there. `only`: names, or beginnings of names up to a dot."""
    for name, health in known().items():
        if not only or any(name == word or name.startswith(f"{word}.") for word in only):
            yield _one(name, health)


def _one(name: str, health: registry.Health) -> Result:
    limit = health.seconds or conf.core().DOCTOR_SECONDS
    answer: queue.SimpleQueue[list[Finding]] = queue.SimpleQueue()
    began = time.monotonic()
    # A daemon: what hangs in a library must not keep the process.
    threading.Thread(target=_run, args=(health.function, answer), name=f"rtc-doctor-{name}", daemon=True).start()
    try:
        findings = answer.get(timeout=limit)
    except queue.Empty:
        hint = f"Whatever it asked does not answer; `--only {name}` asks again."
        findings = [problem(f"No answer within {limit:g} s.", hint)]
    return Result(name, findings, time.monotonic() - began)


def _run(function: Callable[[], list[Finding]], answer: queue.SimpleQueue[list[Finding]]) -> None:
    try:
        answer.put(function())
    except Exception as error:  # noqa: BLE001  whatever a driver, a broker or a leaf raises is a finding
        text = f"{type(error).__name__}: {said(error)}"
        answer.put([problem(text, "Mend what is found before this, then ask again.")])
    finally:
        connections.close_all()
