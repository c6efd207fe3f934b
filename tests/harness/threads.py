"""Real threads at the same moment, each with a database connection of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connections


def at_once(functions: Iterable[Callable[[], Any]]) -> list[Any]:
    """Start all at one signal; returns each one's result, or the exception that it raised."""
    runs = list(functions)
    start = threading.Barrier(len(runs))

    def run(function: Callable[[], Any]) -> Any:
        try:
            start.wait(30)
            return function()
        except Exception as error:  # noqa: BLE001  it is the result
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(runs)) as pool:
        return list(pool.map(run, runs))


def good(results: list[Any]) -> list[Any]:
    """Those that raised nothing."""
    return [result for result in results if not isinstance(result, Exception)]


def bad(results: list[Any], *expected: type[Exception]) -> list[Exception]:
    """Those that raised something else than expected."""
    return [result for result in results if isinstance(result, Exception) and not isinstance(result, expected)]


def until(check: Callable[[], Any], seconds: float = 10.0) -> Any:
    """Wait for another thread's work: the first truthy value of `check()`. Raises AssertionError after the time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = check()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError("it never came true")
