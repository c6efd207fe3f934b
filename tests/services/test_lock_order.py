"""Agent, call, what belongs to the call: who changes a leg, a link or a prompt waits for who is ending the call, and
not the other way round as well. On PostgreSQL, where rows are locked one by one."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections, transaction

from rtc_service.models import Call, Link, Participant
from rtc_service.services import calls, links, participants, prompts
from rtc_service.testing import assert_replay_equals_snapshot, request_call
from tests.harness.people import People
from tests.harness.threads import until

pytestmark = pytest.mark.django_db(transaction=True)
Talk = tuple[Call, Participant, Link]

CHANGES: dict[str, Callable[[Talk], Any]] = {
    "a party is lost": lambda talk: participants.lost(talk[1]),
    "a party is back": lambda talk: participants.back(talk[1]),
    "a party leaves": lambda talk: participants.leave(talk[1]),
    "a party switches its camera": lambda talk: participants.set_media(
        talk[1], {"camera": True, "microphone": True, "screen": False}
    ),
    "a beat": lambda talk: participants.seen(list(talk[0].participants.values_list("pk", flat=True))),
    "a link is renewed": lambda talk: links.renew(talk[2], talk[2].generation),
    "a link is up": lambda talk: links.report(talk[2], talk[1].uuid, talk[2].generation, "up"),
    "a prompt is asked": lambda talk: prompts.ask(talk[1], "test", {}),
    "a prompt is answered": lambda talk: prompts.answer(
        talk[1].prompts.get().uuid, by=talk[1].uuid, accept=True, answer={}
    ),
}


@pytest.fixture
def talk(people: People) -> Talk:
    if not connection.features.has_select_for_update:
        pytest.skip("this database locks no single rows")
    call, customer_leg = request_call(people.alice)
    calls.ring(call, number=1, seconds=20)
    calls.answer(call, user_id=people.bob.pk, name="Bob", version=call.version)
    prompts.ask(customer_leg, "test", {})
    return call, Participant.objects.select_related("call").get(pk=customer_leg.pk), call.links.get()


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_within_the_call_waits_for_the_end_of_the_call(name: str, talk: Talk) -> None:
    call, leg, link = talk
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Call.objects.select_for_update().get(pk=call.pk)
            other = pool.submit(_in_thread, CHANGES[name], talk)
            until(lambda: other.done() or _somebody_waits())
            # What ending the call does to its rows; before there was one order, one of the two died as a deadlock.
            Participant.objects.filter(call=call).update(present=True)
            Link.objects.filter(call=call).update(state=link.state)
            call.prompts.update(kind="test")
        other.result(10)
    assert leg.call_id == call.pk
    assert_replay_equals_snapshot(call)


def _in_thread(change: Callable[[Talk], Any], talk: Talk) -> None:
    try:
        change(talk)
    finally:
        connections.close_all()


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])
