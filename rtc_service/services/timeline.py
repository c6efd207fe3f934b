"""Append to the call's log and read it: the one writer of events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from .. import aftermath, clock, hints, registry, signals
from ..models import Call, Duty, Event, Message
from . import duties


@contextmanager
def changing(call: Call) -> Iterator[None]:
    """A transaction that changes what belongs to a call: legs, links, prompts.

    The lock order is agent, call, what belongs to it (decision 0010). Whoever changed a leg and then wrote the log
    would wait for somebody who ends the call and waits for the leg. SQLite writes one transaction at a time and needs
    no locks.
    """
    with transaction.atomic():
        if connection.features.has_select_for_update:
            Call.objects.select_for_update(no_key=True).only("pk").get(pk=call.pk)
        yield


def append(
    call: Call, kind: str, *, actor: UUID | None = None, data: dict[str, Any] | None = None, at: datetime | None = None
) -> Event:
    """Write one event with the call's next seq and the duties it owes; must run inside the changing transaction."""
    if kind not in registry.get().events:
        raise ValueError(f"event kind {kind!r} is not registered")
    with transaction.atomic(savepoint=False):
        with connection.cursor() as cursor:
            # The row lock of this UPDATE is what makes seq gapless.
            table = connection.ops.quote_name(Call._meta.db_table)
            cursor.execute(f"UPDATE {table} SET last_seq = last_seq + 1 WHERE id = %s RETURNING last_seq", [call.pk])  # noqa: S608
            seq = cursor.fetchone()[0]
        call.last_seq = seq
        event = Event.objects.create(call=call, seq=seq, kind=kind, actor=actor, at=at or clock.now(), data=data or {})
        handlers = registry.get().duties.get(kind, ())
        if handlers:
            Duty.objects.bulk_create(Duty(event=event, handler=name, due=event.at) for name in handlers)
        transaction.on_commit(partial(_committed, event, bool(handlers)), robust=True)
    return event


def _committed(event: Event, owes: bool) -> None:
    # The parties first; what else comes of it may take its time.
    hints.publish("event", row(event))
    aftermath.soon(partial(_follow_up, event, owes))


def _follow_up(event: Event, owes: bool) -> None:
    signals.committed.send_robust(sender=Event, event=event)
    if owes:
        duties.enqueue(event)


def row(event: Event, body: str | None = None) -> dict[str, Any]:
    """An event as the protocol's EventRow, with the chat text put back."""
    data = dict(event.data)
    if event.kind == "message":
        data["body"] = body if body is not None else _bodies([event]).get(data.get("message", ""), "")
    return {
        "call": str(event.call.uuid),
        "seq": event.seq,
        "kind": event.kind,
        "at": clock.millis(event.at),
        "actor": str(event.actor) if event.actor else None,
        "data": data,
    }


def _bodies(events: Iterable[Event]) -> dict[str, str]:
    wanted = [event.data.get("message") for event in events if event.kind == "message"]
    if not wanted:
        return {}
    return {str(uuid): body for uuid, body in Message.objects.filter(uuid__in=wanted).values_list("uuid", "body")}


def rows(call_uuid: UUID, after: int, limit: int | None = None) -> list[dict[str, Any]]:
    """Events after a seq, in order, whole; `visible` then hides what a role may not see."""
    events = list(
        Event.objects.filter(call__uuid=call_uuid, seq__gt=after).select_related("call").order_by("seq")[:limit]
    )
    bodies = _bodies(events)
    return [row(event, bodies.get(event.data.get("message", ""), "")) for event in events]


def visible(item: dict[str, Any], role: str) -> dict[str, Any]:
    """What a role may see of a row; a hidden one keeps its seq, so that readers can tell a gap from a secret."""
    if role == "customer" and registry.get().events.get(item["kind"]) != "all":
        return hidden(item)
    return item


def hidden(item: dict[str, Any]) -> dict[str, Any]:
    """The row's place without its content."""
    return {**item, "kind": "-", "actor": None, "data": {}}
