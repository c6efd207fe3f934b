"""The event loop of this process's recordings: in a thread of its own, made when the first one comes."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
_loops: dict[int, asyncio.AbstractEventLoop] = {}  # by process: a thread does not survive a fork
_making = threading.Lock()


def _forked() -> None:
    global _making
    _making = threading.Lock()  # the parent's may have been held at that moment


os.register_at_fork(after_in_child=_forked)


def _new() -> asyncio.AbstractEventLoop:
    """uvloop where it runs: a fifth less work for each packet."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


def get() -> asyncio.AbstractEventLoop:
    """The running loop of this process."""
    with _making:
        found = _loops.get(os.getpid())
        if found is None:
            found = _new()
            threading.Thread(target=found.run_forever, name="rtc-recorder", daemon=True).start()
            _loops.clear()
            _loops[os.getpid()] = found
        return found


def started() -> bool:
    """Has anything been recorded in this process?"""
    return os.getpid() in _loops


def run(work: Coroutine[Any, Any, T], seconds: float) -> T:
    """Do something on the loop and wait for it, from another thread. Raises TimeoutError."""
    return asyncio.run_coroutine_threadsafe(work, get()).result(seconds)
