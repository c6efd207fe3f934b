"""A server-side peer (a recorder) is a client of the protocol for one leg, and disturbs nobody."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from rtc_service import tokens
from rtc_service.db import in_db
from rtc_service.models import Call, Link, Participant
from rtc_service.registry import Periodic
from rtc_service.services import calls, links, participants, sweeps
from rtc_service.states import LegKind, Role
from rtc_service.testing import assert_replay_equals_snapshot, later
from rtc_service.testing_sockets import Tab, tick
from tests.harness.people import People
from tests.harness.tab import Conversation, talking


def recorder_of(call: str) -> UUID:
    """A recorder's leg and its links, as the recordings leaf makes them."""
    with transaction.atomic():
        row = Call.objects.get(uuid=call)
        leg = participants.join(row, Role.RECORDER, kind=LegKind.RECORD)
        for party in row.participants.filter(kind=LegKind.TALK, left__isnull=True):
            links.open_between(row, leg, party, LegKind.RECORD)
    return leg.uuid


async def seated(people: People) -> tuple[Conversation, Tab, UUID]:
    talk = await talking(people)
    leg = await in_db(recorder_of, talk.call)
    recorder = await Tab("recorder").connect(authorization=f"Bearer {tokens.service()}")
    answer = await recorder.hello(tokens.hello(f"s:{leg}", "recorder"), take_over=True)
    assert answer["kind"] == "welcome", answer
    return talk, recorder, leg


async def consistent(talk: Conversation) -> None:
    await in_db(lambda: assert_replay_equals_snapshot(Call.objects.get(uuid=talk.call)))


async def test_it_sits_in_its_call_and_is_first_on_its_links(people: People) -> None:
    talk, recorder, leg = await seated(people)
    assert recorder.welcome["you"] == {"role": "recorder", "name": "", "participant": str(leg)}
    assert recorder.welcome["call"] == talk.call
    opened = [f["body"] for f in recorder.frames if f["kind"] == "link.open"]
    assert len(opened) == 2 and all(body["offer"] and body["kind"] == "record" for body in opened)
    assert {body["peer"]["role"] for body in opened} == {"customer", "staff"}
    alices = next(body for body in opened if body["peer"]["role"] == "customer")
    offer = {"link": alices["link"], "generation": alices["generation"], "n": 1, "type": "offer", "sdp": "v=0"}
    await recorder.ask("link.description", offer)
    assert (await talk.alice.kind("link.description"))["sdp"] == "v=0"
    await consistent(talk)


async def test_it_may_do_nothing_else(people: People) -> None:
    talk, recorder, _leg = await seated(people)
    bodies = {
        "chat": {"client_id": str(uuid4()), "body": "x"},
        "call.hang_up": {},
        "call.rate": {"score": 5},
        "media": {"camera": True},
        "recordings.stop": {},
        "agents.ready": {},
    }
    for kind, body in bodies.items():
        assert await recorder.refused(kind, body, call=talk.call) == "not_yours", kind
    foreign = {"link": talk.link, "generation": 1, "n": 1, "type": "offer", "sdp": "v=0"}
    assert await recorder.refused("link.description", foreign) == "not_yours", "the talk link is not its own"
    assert await recorder.refused("link.renew", {"link": talk.link, "generation": 1}, call=talk.call) == "not_yours"


async def test_a_recorder_that_is_gone_takes_nothing_with_it(people: People) -> None:
    talk, recorder, leg = await seated(people)
    await recorder.close()
    await talk.bob.event("participant.lost")
    with later(3600):
        await in_db(lambda: Participant.objects.exclude(uuid=leg).update(lease_until=None, present=True))
        await in_db(sweeps.lost_parties)
    assert (await in_db(Call.objects.get, uuid=talk.call)).state == "active"
    assert (await in_db(Link.objects.get, uuid=talk.link)).state == "up"
    await consistent(talk)


async def test_its_links_up_are_not_the_calls(people: People) -> None:
    talk, recorder, _leg = await seated(people)
    opened = await recorder.kind("link.open")
    state = {"link": opened["link"], "generation": opened["generation"], "state": "up"}
    await recorder.ask("link.state", state, call=talk.call)
    party = talk.alice if opened["peer"]["role"] == "customer" else talk.bob
    await party.ask("link.state", state, call=talk.call)
    assert (await in_db(Link.objects.get, uuid=opened["link"])).state == "up"
    assert await in_db(lambda: Call.objects.get().events.filter(kind="call.active").count()) == 1
    await consistent(talk)


async def test_the_call_goes_back_to_the_queue_without_it(people: People) -> None:
    talk, recorder, leg = await seated(people)

    def back() -> None:
        calls.back_to_queue(Call.objects.get(uuid=talk.call), cause="staff_lost", first=True)

    await in_db(back)
    assert {(await recorder.kind("link.close"))["reason"]} == {"staff_lost"}
    assert not await in_db(Participant.objects.filter(uuid=leg, left__isnull=True).exists)
    await consistent(talk)
    fresh = await Tab("again").connect()
    answer = await fresh.hello(tokens.hello(f"s:{leg}", "recorder"), take_over=True)
    assert answer["body"]["code"] == "token_refused", "its leg has left"


@pytest.mark.parametrize("key", ["s:{leg}", "v:{leg}", "s:{other}"])
async def test_only_its_own_leg_in_its_own_role(people: People, key: str) -> None:
    talk = await talking(people)
    leg = await in_db(recorder_of, talk.call)
    role = "staff" if key == "s:{leg}" else "recorder"
    tab = await Tab("x").connect()
    answer = await tab.hello(tokens.hello(key.format(leg=leg, other=uuid4()), role))
    assert answer["body"]["code"] == "token_refused"


async def test_many_recorders_share_an_address(people: People, core: Callable[..., None]) -> None:
    core(SOCKETS_PER_ADDRESS=1)
    first = await Tab("one").connect(address="192.0.2.7")
    await first.settle()
    for _ in range(3):
        recorder = await Tab("r").connect(address="192.0.2.7", authorization=f"Bearer {tokens.service()}")
        await recorder.settle()
    for forged in ("", "Bearer x", f"Bearer {tokens.hello('s:x', 'recorder')}"):
        other = await Tab("two").connect(address="192.0.2.7", authorization=forged)
        assert await other.error() == "flood"


async def test_it_is_kept_by_the_beat_as_everybody(people: People) -> None:
    talk, recorder, leg = await seated(people)
    with later(14):
        await recorder.settle()
        await tick()
    with later(20):
        await in_db(participants.sweep)
        assert (await in_db(Participant.objects.get, uuid=leg)).present
    await consistent(talk)


def test_a_leafs_periodic_task_names_its_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    from rtc_service import registry
    from rtc_service.tasks import beat_schedule

    monkeypatch.setitem(registry.get().periodic, "x", Periodic("rtc.x", 60.0, "media"))
    schedule = beat_schedule()
    assert schedule["x"] == {"task": "rtc.x", "schedule": 60.0, "options": {"expires": 60.0, "queue": "media"}}
    assert schedule["rtc-sweep"]["options"] == {"expires": 5.0}
