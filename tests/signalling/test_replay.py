"""What was missed is read again: by seq, from the log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from rtc_service import clock, hints
from rtc_service.db import in_db
from rtc_service.models import Call, Event, Participant
from rtc_service.services import messages
from rtc_service.testing_sockets import Tab
from tests.harness.people import People
from tests.harness.tab import connecting, talking

STALE = {"link": "x", "kind": "talk", "generation": 1, "parties": []}


async def test_replay_gives_the_rows_after_a_number(people: People) -> None:
    talk = await talking(people)
    answer = await talk.alice.ask("replay", {"from_seq": 2}, call=talk.call)
    seqs = [row["seq"] for row in answer["body"]["events"]]
    last = (await in_db(Call.objects.get, uuid=talk.call)).last_seq
    assert seqs == list(range(3, last + 1))
    assert answer["body"]["snapshot"] is None


async def test_replay_hides_what_a_customer_may_not_see(people: People) -> None:
    talk = await talking(people)
    await talk.bob.ask("call.hang_up", call=talk.call)
    await talk.bob.ask("agents.wrap_up", {"call": talk.call, "code": "sold"})
    rows = (await talk.alice.ask("replay", {"from_seq": 0}, call=talk.call))["body"]["events"]
    kinds = [row["kind"] for row in rows]
    assert "-" in kinds and "agents.wrapped_up" not in kinds
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    assert next(row for row in rows if row["kind"] == "-")["data"] == {}


async def test_too_much_comes_as_a_snapshot(people: People, core: Callable[..., None]) -> None:
    core(REPLAY_EVENTS=3)
    talk = await talking(people)
    answer = await talk.alice.ask("replay", {"from_seq": 0}, call=talk.call)
    assert answer["body"]["events"] == []
    assert answer["body"]["snapshot"]["state"] == "active"


async def test_more_than_500_rows_come_as_a_snapshot(people: People) -> None:
    talk = await connecting(people)

    def lines() -> int:
        call = Call.objects.get(uuid=talk.call)
        first = call.last_seq + 1
        rows = (
            Event(call=call, seq=seq, kind="link.stale", at=clock.now(), data=STALE)
            for seq in range(first, first + 501)
        )
        Event.objects.bulk_create(rows)
        Call.objects.filter(pk=call.pk).update(last_seq=first + 500)
        return first + 500

    last = await in_db(lines)
    answer = (await talk.alice.ask("replay", {"from_seq": last - 500}, call=talk.call))["body"]
    assert (len(answer["events"]), answer["snapshot"]) == (500, None)
    answer = (await talk.alice.ask("replay", {"from_seq": last - 501}, call=talk.call))["body"]
    assert (len(answer["events"]), answer["snapshot"]["seq"]) == (0, last)


async def test_a_ping_that_is_behind_brings_the_rest(people: People) -> None:
    talk = await talking(people)
    seq = (await in_db(Call.objects.get, uuid=talk.call)).last_seq
    await talk.alice.ask("ping", {"seqs": {talk.call: seq}})  # what comes after the last pong may be on its way
    talk.alice.forget()
    pong = await talk.alice.ask("ping", {"seqs": {talk.call: seq - 2}})
    assert pong["body"]["seqs"][talk.call] in (seq - 2, seq)
    await talk.alice.kind("event", seq=seq)
    assert [f["body"]["seq"] for f in talk.alice.frames if f["kind"] == "event"] == [seq - 1, seq]


async def test_what_was_said_meanwhile_is_in_the_welcome(people: People) -> None:
    talk = await talking(people)
    await talk.alice.close()
    await talk.say(talk.bob, "are you there?")
    alice = await Tab().open(None, resume=talk.alice.resume)
    snapshot: dict[str, Any] = alice.welcome["snapshot"]
    assert [line["body"] for line in snapshot["messages"]] == ["are you there?"]
    assert snapshot["state"] == "active"
    await talk.say(talk.bob, "welcome back")
    assert (await alice.event("message"))["data"]["body"] == "welcome back"


async def test_what_another_process_writes_comes_without_a_hint(people: People) -> None:
    """The worker is not in this process: the tailer sees that the database has moved."""
    talk = await talking(people)

    def silently() -> None:
        leg = Participant.objects.select_related("call").get(call__uuid=talk.call, role="staff")
        known = dict(hints.listeners)
        hints.listeners.clear()
        try:
            messages.say(leg, client_id=uuid4(), body="from elsewhere")
        finally:
            hints.listeners.update(known)

    await in_db(silently)
    assert (await talk.alice.event("message"))["data"]["body"] == "from elsewhere"
