"""The ORM off the event loop: an executor of our own, because Django's shared one would let a stranger's slow query
delay every socket (docs/decisions/0008)."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar

from django.db import close_old_connections, connection, transaction

from . import aftermath, conf

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
        with aftermath.postponed(_follow_up):
            return function(*args, **kwargs)
    finally:
        close_old_connections()


def _follow_up(steps: list[aftermath.Step]) -> None:
    """In another thread, so that who asked is answered meanwhile."""
    try:
        _pool().submit(contextvars.Context().run, _run, aftermath.run, (steps,), {})
    except RuntimeError:  # the process is ending and takes nothing more
        aftermath.run(steps)


@contextmanager
def reading() -> Iterator[None]:
    """One view of the data for several reads. On SQLite it takes no writer's lock, whatever `transaction_mode` says:
    who only reads must neither wait for a writer nor keep one waiting."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        with transaction.atomic():
            yield
        return
    connection.ensure_connection()
    with ExitStack() as stack:
        mode, connection.transaction_mode = connection.transaction_mode, "DEFERRED"  # type: ignore[attr-defined]
        try:
            stack.enter_context(transaction.atomic())
        finally:
            connection.transaction_mode = mode  # type: ignore[attr-defined]
        yield


async def in_db(function: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
    """Run a synchronous function that uses the ORM in a database thread and wait for its result."""
    context = contextvars.copy_context()
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_pool(), lambda: context.run(_run, function, args, kwargs))


def with_connection(function: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
    """The same in a thread that is there already (a pool of a leaf's): at once, and no connection is left behind."""
    return _run(function, args, kwargs)


def drain() -> None:
    """Wait until the database threads have nothing left to do; for tests."""
    while _pools:
        _pools.popitem()[1].shutdown(wait=True)
