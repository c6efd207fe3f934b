"""Ask the worker to do a duty or a task, without making whoever committed wait for the broker.

A broker that is down or does not answer holds a connection attempt for seconds; the thread that just answered a
customer's click must not. What is not handed over is asked for again by the sweeper: the row is the promise.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from collections import deque
from typing import Any

log = logging.getLogger("rtc_service.duties")
REST_SECONDS = 5.0  # after a failure the broker is left alone for so long
WAITING = 1_000
Asked = int | tuple[Any, tuple[Any, ...], str]  # a duty's key, or a Celery task, its arguments and its queue


class _Sender:
    """One thread per process, started by the first duty."""

    def __init__(self) -> None:
        self._waiting: deque[Asked] = deque(maxlen=WAITING)
        self._awake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._busy = False

    def put(self, asked: Asked) -> None:
        with self._awake:
            self._waiting.append(asked)
            if self._thread is None or not self._thread.is_alive():  # not alive: this process is a fork
                self._thread = threading.Thread(target=self._run, name="rtc-handover", daemon=True)
                self._thread.start()
            self._awake.notify_all()

    def flush(self, seconds: float) -> None:
        """Wait until nothing is left, for a process that is about to end."""
        with self._awake:
            self._awake.wait_for(lambda: not self._waiting and not self._busy, seconds)

    def _run(self) -> None:
        resting_until = 0.0
        while True:
            with self._awake:
                self._busy = False
                self._awake.notify_all()
                self._awake.wait_for(lambda: self._waiting)
                asked = self._waiting.popleft()
                self._busy = True
            if time.monotonic() >= resting_until and not _send(asked):
                resting_until = time.monotonic() + REST_SECONDS


def _send(asked: Asked) -> bool:
    from ..tasks import run_duty  # tasks are a door; only the hand-over to the worker reaches up

    task, args, queue = (run_duty, (asked,), "") if isinstance(asked, int) else asked
    options = {"queue": queue} if queue else {}
    try:
        task.apply_async(args, retry=False, ignore_result=True, **options)
    except Exception as error:  # noqa: BLE001  any broker's own errors
        reason = type(error).__name__
        log.warning("the broker did not take %s %s (%s); the sweeper will ask again", task.name, args, reason)
        return False
    return True


_sender = _Sender()


def _forked() -> None:
    global _sender
    _sender = _Sender()


os.register_at_fork(after_in_child=_forked)


def give(duty_id: int) -> None:
    """Ask for one duty to be done; returns at once."""
    _sender.put(duty_id)


def give_task(task: Any, *args: Any, queue: str = "") -> None:
    """Ask for a Celery task of a leaf (`queue` empty: the default one); returns at once. Its row is the promise: a
    sweeper of the leaf asks again."""
    _sender.put((task, args, queue))


def flush(seconds: float = 2.0) -> None:
    """Let what was given go out before the process ends (commands, tests)."""
    _sender.flush(seconds)


atexit.register(flush)
