"""An offer that is told while nobody has answered yet: with whoever answers at once, and with nobody before."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from rtc_service.db import in_db
from rtc_service.models import Event
from rtc_service.testing_sockets import Frame, Tab
from tests.harness.people import People
from tests.harness.tab import PRODUCT, ringing, tab_of

SDP = "v=0\r\ns=told ahead\r\n"


def told(ahead: str, n: int = 1, **part: Any) -> dict[str, Any]:
    return {"ahead": ahead, "n": n, **part}


def line(address: str = "192.0.2.1") -> dict[str, Any]:
    return {"candidate": f"candidate:1 1 udp 1 {address} 9 typ host", "sdpMid": "0"}


def offered(frame: Frame) -> Any:
    """The offer in a desk topic, or None."""
    return (frame["body"]["value"].get("offer") or {}).get("offer") if frame["kind"] == "topic" else None


async def accept(bob: Tab, offer: str) -> None:
    accepted = await bob.ask("agents.accept", {"offer": offer})
    assert accepted["kind"] == "ok", accepted


async def test_whoever_answers_has_the_offer_without_another_word_of_the_customer(people: People) -> None:
    ahead = str(uuid4())
    alice, bob, call, offer = await ringing(people)
    await alice.say("link.ahead", told(ahead, sdp=SDP))
    await alice.say("link.ahead", told(ahead, 2, candidates=[line()]))
    await alice.settle()
    await bob.settle()
    assert not [kind for kind in bob.kinds() if kind.startswith("link.")], "nothing before the answer"
    await accept(bob, offer)
    opened = await alice.kind("link.open")
    assert opened["ahead"] == ahead
    given = await bob.kind("link.description")
    assert (given["link"], given["generation"], given["n"], given["type"]) == (opened["link"], 1, 1, "offer")
    assert given["sdp"] == SDP
    assert (await bob.kind("link.candidates"))["candidates"][0]["candidate"] == line()["candidate"]
    # What turns up late goes the same way, and nothing of it is in the log.
    await alice.say("link.ahead", told(ahead, 3, candidates=[line("192.0.2.3")]))
    assert (await bob.kind("link.candidates", n=3))["candidates"][0]["candidate"] == line("192.0.2.3")["candidate"]
    rows = await in_db(lambda: [str(row.data) for row in Event.objects.all()])
    assert rows and not [row for row in rows if "told ahead" in row]


async def test_only_the_newest_offer_counts(people: People) -> None:
    alice, bob, call, offer = await ringing(people)
    await alice.say("link.ahead", told(str(uuid4()), sdp="v=0\r\ns=old\r\n"))
    newest = str(uuid4())
    await alice.say("link.ahead", told(newest, sdp=SDP))
    await accept(bob, offer)
    assert (await alice.kind("link.open"))["ahead"] == newest
    assert (await bob.kind("link.description"))["sdp"] == SDP


async def test_after_a_declined_offer_it_is_forgotten(people: People) -> None:
    alice, bob, call, offer = await ringing(people)
    await alice.say("link.ahead", told(str(uuid4()), sdp=SDP))
    assert (await bob.ask("agents.decline", {"offer": offer}))["kind"] == "ok"
    await alice.event("call.waiting")
    beth = await tab_of(people.beth)
    assert (await beth.ask("agents.ready"))["kind"] == "ok"
    await accept(beth, offered(await beth.wait(offered)))
    assert (await alice.kind("link.open"))["ahead"] is None
    await beth.settle()
    assert "link.description" not in beth.kinds()


async def test_the_next_call_does_not_get_the_last_one_s(people: People) -> None:
    alice, bob, call, offer = await ringing(people)
    await alice.say("link.ahead", told(str(uuid4()), sdp=SDP))
    assert (await alice.ask("call.cancel", call=call))["kind"] == "ok"
    await alice.event("call.ended")
    assert (await alice.ask("call.request", PRODUCT))["kind"] == "ok"
    topic = await bob.wait(lambda frame: offered(frame) not in (None, offer))
    await accept(bob, offered(topic))
    assert (await alice.kind("link.open"))["ahead"] is None


async def test_it_has_the_limits_of_a_link(people: People) -> None:
    alice, bob, call, offer = await ringing(people)
    ahead = str(uuid4())
    refused = await alice.ask("link.ahead", told(ahead, sdp="v" * 33_000))
    assert refused["body"]["code"] == "too_large"
    refused = await alice.ask("link.ahead", told(ahead, 2, candidates=[line()] * 50))
    assert refused["kind"] == "ok"
    refused = await alice.ask("link.ahead", told(ahead, 3, candidates=[line()]))
    assert refused["body"]["code"] == "too_many_candidates"
    assert (await bob.ask("link.ahead", told(ahead, sdp=SDP)))["body"]["code"] == "unknown_kind", "customers offer"
    await accept(bob, offer)
    assert (await alice.kind("link.open"))["ahead"] is None, "candidates alone are no offer"


async def test_the_server_keeps_few_descriptions_of_one_offer(people: People) -> None:
    alice = await tab_of(people.alice)
    ahead = str(uuid4())
    said = [await alice.ask("link.ahead", told(ahead, n, sdp="v" * 32_000)) for n in range(1, 8)]
    assert [answer["kind"] for answer in said] == ["ok"] * 4 + ["error"] * 3
    assert said[-1]["body"]["code"] == "too_large"
    assert (await alice.ask("link.ahead", told(str(uuid4()), sdp=SDP)))["kind"] == "ok", "another offer takes its place"
