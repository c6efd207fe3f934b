"""Ask the leaves about a customer before the call is written: in parallel, with one time limit, in no transaction.

Providers marked `prompt` (they ask our own database: the queue, say) are asked first in the caller's thread and waited
for; the others (they ask the shop) may be late: the call is written without them, and updated when they answer."""

from __future__ import annotations

import logging
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import close_old_connections, connection, transaction

from .. import conf, registry
from ..exceptions import Refused
from ..models import Call, Visitor
from ..registry import ContextProvider
from ..signalling.protocol import CallRequest

log = logging.getLogger("rtc_service.context")
_pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="rtc-context")

Given = dict[str, Any]


@dataclass
class Facts:
    """What the leaves know: each provider's dict under its name, and the plain strings on which routing works."""

    context: Given = field(default_factory=dict)
    tier: str = ""
    language: str = ""
    queue: str = ""
    priority: int = 0
    late: dict[str, Future[Given]] = field(default_factory=dict)

    def add(self, name: str, given: Given) -> None:
        self.context[name] = given
        self.tier = str(given.get("tier") or self.tier)[:32]
        self.language = str(given.get("language") or self.language)[:16]
        self.queue = str(given.get("queue") or self.queue)[:64]
        self.priority = int(given.get("priority") or self.priority)


def gather(visitor: Visitor, body: CallRequest) -> Facts:
    """Gates first (a refusal ends it), then facts. A provider that fails is left out and logged."""
    for name, gate in registry.get().gates.items():
        code = gate(visitor, body)
        if code:
            raise Refused(f"gate {name} refuses the call", code=code)
    facts = Facts()
    # Inside a transaction (tests, admin) a thread of the pool would not see the caller's rows.
    here = connection.in_atomic_block
    asked: dict[str, Future[Given]] = {}
    for name, provider in registry.get().contexts.items():
        if not (provider.prompt or here):
            asked[name] = _pool.submit(_in_thread, name, provider, visitor, body)
    for name, provider in registry.get().contexts.items():
        if name not in asked:
            facts.add(name, _ask(name, provider, visitor, body))
    done, _ = wait(asked.values(), timeout=conf.core().CONTEXT_SECONDS)
    for name, future in asked.items():
        if future in done:
            facts.add(name, future.result())
        else:
            facts.late[name] = future
    return facts


def follow_up(call: Call, facts: Facts) -> None:
    """After the commit: who was late updates the call when the answer comes."""
    for name, future in facts.late.items():
        log.warning("context provider %s is late", name)
        future.add_done_callback(partial(_late, call.pk, name))


def _late(call_id: int, name: str, future: Future[Given]) -> None:
    try:
        with transaction.atomic():
            call = Call.objects.select_for_update().get(pk=call_id)
            given = future.result()
            changes: dict[str, Any] = {"context": {**call.context, name: given}}
            if given.get("tier") and not call.tier:
                changes["tier"] = str(given["tier"])[:32]
            Call.objects.filter(pk=call_id).update(**changes)
    except Exception:  # noqa: BLE001  nobody waits for this thread; the call goes on without the facts
        log.exception("a late answer of context provider %s was lost", name)
    finally:
        close_old_connections()


def _in_thread(name: str, provider: ContextProvider, visitor: Visitor, body: CallRequest) -> Given:
    close_old_connections()
    try:
        return _ask(name, provider, visitor, body)
    finally:
        close_old_connections()


def _ask(name: str, provider: ContextProvider, visitor: Visitor, body: CallRequest) -> Given:
    try:
        return provider.function(visitor, body)
    except Exception:  # noqa: BLE001  somebody else's code: the call goes on without its facts
        log.exception("context provider %s failed", name)
        return {}
