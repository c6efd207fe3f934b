"""Ask the leaves about a customer before the call is written: in parallel, with one time limit, outside the transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import close_old_connections, connection

from .. import registry
from ..exceptions import Refused
from ..models import Visitor
from ..signalling.protocol import CallRequest

log = logging.getLogger("rtc_service.context")
TIME_LIMIT = 0.3
_pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="rtc-context")


@dataclass
class Facts:
    """What the leaves know: each provider's dict under its name, and the plain strings on which routing works."""

    context: dict[str, Any] = field(default_factory=dict)
    tier: str = ""
    language: str = ""
    queue: str = ""
    priority: int = 0


def gather(visitor: Visitor, body: CallRequest) -> Facts:
    """Gates first (a refusal ends it), then facts. A provider that fails or is late is left out and logged."""
    for name, gate in registry.get().gates.items():
        code = gate(visitor, body)
        if code:
            raise Refused(f"gate {name} refuses the call", code=code)
    facts = Facts()
    for name, given in _ask_all(visitor, body).items():
        facts.context[name] = given
        facts.tier = str(given.get("tier") or facts.tier)[:32]
        facts.language = str(given.get("language") or facts.language)[:16]
        facts.queue = str(given.get("queue") or facts.queue)[:64]
        facts.priority = int(given.get("priority") or facts.priority)
    return facts


def _ask_all(visitor: Visitor, body: CallRequest) -> dict[str, dict[str, Any]]:
    providers = registry.get().contexts
    if connection.in_atomic_block:  # a thread of the pool would not see the caller's rows (tests, admin)
        return {name: _ask(name, function, visitor, body) for name, function in providers.items()}
    futures = {
        name: _pool.submit(partial(_in_thread, name, function, visitor, body)) for name, function in providers.items()
    }
    done, late = wait(futures.values(), timeout=TIME_LIMIT)
    if late:
        log.warning("%d context provider(s) took longer than %.1f s", len(late), TIME_LIMIT)
    return {name: future.result() for name, future in futures.items() if future in done}


def _in_thread(
    name: str, function: Callable[[Visitor, CallRequest], dict[str, Any]], visitor: Visitor, body: CallRequest
) -> dict[str, Any]:
    close_old_connections()
    try:
        return _ask(name, function, visitor, body)
    finally:
        close_old_connections()


def _ask(
    name: str, function: Callable[[Visitor, CallRequest], dict[str, Any]], visitor: Visitor, body: CallRequest
) -> dict[str, Any]:
    try:
        return function(visitor, body)
    except Exception:  # noqa: BLE001  somebody else's code: the call goes on without its facts
        log.exception("context provider %s failed", name)
        return {}
