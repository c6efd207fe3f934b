"""The ORM off the event loop: an executor of our own, because Django's shared one would let a stranger's slow query
delay every socket (docs/decisions/0008)."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import close_old_connections

from . import conf

T = TypeVar("T")
_pools: dict[int, ThreadPoolExecutor] = {}


def _pool() -> ThreadPoolExecutor:
    size = conf.core().DATABASE_THREADS
    if size not in _pools:
        _pools[size] = ThreadPoolExecutor(max_workers=size, thread_name_prefix="rtc-db")
    return _pools[size]


def _run(function: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
    close_old_connections()
    try:
        return function(*args, **kwargs)
    finally:
        close_old_connections()


async def in_db(function: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
    """Run a synchronous function that uses the ORM in a database thread and wait for its result."""
    context = contextvars.copy_context()
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_pool(), lambda: context.run(_run, function, args, kwargs))


def drain() -> None:
    """Wait until the database threads have nothing left to do; for tests."""
    while _pools:
        _pools.popitem()[1].shutdown(wait=True)
