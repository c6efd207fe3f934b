"""After-commit hints from database threads to this process's event loops. A hint may be lost: the log may not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

# Each running hub (one per event loop) puts its loop and its callback here: (loop, callback(kind, payload)).
listeners: dict[asyncio.AbstractEventLoop, Callable[[str, Any], None]] = {}


def publish(kind: str, payload: Any) -> None:
    """Give a hint to every hub of this process; in a worker or a command there is none, and nothing happens."""
    for loop, callback in list(listeners.items()):
        try:
            loop.call_soon_threadsafe(callback, kind, payload)
        except RuntimeError:  # the loop has closed meanwhile
            listeners.pop(loop, None)
