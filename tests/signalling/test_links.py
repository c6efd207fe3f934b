"""Link messages: carried to the other end, to nobody else, and never from a stranger."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from rtc_service.db import in_db
from rtc_service.models import Call
from rtc_service.testing_sockets import Tab
from tests.harness.people import People
from tests.harness.tab import PRODUCT, connecting, tab_of, talking


async def test_the_customer_offers_and_is_polite(people: People) -> None:
    talk = await connecting(people)
    alice, bob = await talk.alice.kind("link.open"), await talk.bob.kind("link.open")
    assert (alice["polite"], alice["offer"], alice["peer"]["role"], alice["peer"]["name"]) == (
        True,
        True,
        "staff",
        "Bob",
    )
    assert (bob["polite"], bob["offer"], bob["peer"]["role"], bob["peer"]["name"]) == (False, False, "customer", "A•••")


async def test_descriptions_and_candidates_reach_the_other_end_as_they_are(people: People) -> None:
    talk = await connecting(people)
    offer, candidates = talk.description(sdp="v=0\r\no=- 1"), talk.candidates(count=2)
    await talk.alice.ask("link.description", offer)
    await talk.alice.ask("link.candidates", candidates)
    assert await talk.bob.kind("link.description") == offer
    got = await talk.bob.kind("link.candidates")
    assert [line["candidate"] for line in got["candidates"]] == [line["candidate"] for line in candidates["candidates"]]
    assert got["candidates"][0]["sdpMid"] == "0"
    await talk.alice.settle()
    assert "link.description" not in talk.alice.kinds(), "no echo"


async def test_a_stranger_reaches_nobody(people: People, audited: Callable[[str], int]) -> None:
    talk = await connecting(people)
    charlie = await tab_of(people.charlie)
    await charlie.ask("call.request", PRODUCT)  # a party to some call, not to this
    talk.alice.forget(), talk.bob.forget()
    assert await charlie.refused("link.description", talk.description(sdp="evil")) == "not_yours"
    assert await charlie.refused("link.candidates", talk.candidates()) == "not_yours"
    assert await charlie.refused("link.state", talk.state("up")) == "not_yours"
    assert await charlie.refused("link.renew", {"link": talk.link, "generation": 1}) == "not_yours"
    for kind in ("chat", "call.hang_up", "media", "replay", "call.rate"):
        body = {"client_id": str(uuid4()), "body": "x", "score": 5}
        assert await charlie.refused(kind, body, call=talk.call) == "not_yours", kind
    for victim in (talk.alice, talk.bob):
        await victim.settle()
        assert set(victim.kinds()) <= {"pong", "topic"}, victim.kinds()
    assert await in_db(audited, "message.refused") >= 8
    assert (await in_db(Call.objects.get, uuid=talk.call)).state == "connecting"


async def test_a_link_that_does_not_exist_answers_like_a_strangers(people: People) -> None:
    talk = await connecting(people)
    foreign = {**talk.description(), "link": str(uuid4())}
    assert await talk.alice.refused("link.description", foreign) == "not_yours"


async def test_an_old_generation_is_dropped_with_an_error(people: People) -> None:
    talk = await connecting(people)
    await talk.alice.ask("link.renew", {"link": talk.link, "generation": 1}, call=talk.call)
    await talk.alice.kind("link.open", generation=2)
    await talk.bob.kind("link.open", generation=2)
    assert await talk.alice.refused("link.description", talk.description(generation=1)) == "old_generation"
    assert await talk.alice.refused("link.candidates", talk.candidates(generation=1)) == "old_generation"
    assert await talk.alice.refused("link.state", talk.state("up", 1), call=talk.call) == "old_generation"
    await talk.bob.settle()
    assert "link.description" not in talk.bob.kinds()


async def test_both_ends_ask_for_a_new_generation_and_one_comes(people: People) -> None:
    talk = await connecting(people)
    renew = {"link": talk.link, "generation": 1}
    answers = [await tab.ask("link.renew", renew, call=talk.call) for tab in (talk.alice, talk.bob)]
    assert [a["body"]["result"]["renewed"] for a in answers] == [True, False]
    await talk.bob.kind("link.open", generation=2)
    await talk.bob.settle()
    assert 3 not in [f["body"].get("generation") for f in talk.bob.frames]


async def test_an_sdp_too_long_is_refused(people: People) -> None:
    talk = await connecting(people)
    assert await talk.alice.refused("link.description", talk.description(sdp="x" * 32_769)) == "too_large"
    await talk.bob.settle()
    assert "link.description" not in talk.bob.kinds()


async def test_too_many_candidates_are_refused(people: People) -> None:
    talk = await connecting(people)
    assert (await talk.alice.ask("link.candidates", talk.candidates(count=50)))["kind"] == "ok"
    assert await talk.alice.refused("link.candidates", talk.candidates(3)) == "too_many_candidates"
    assert await talk.alice.refused("link.candidates", talk.candidates(3, count=51)) == "bad_message"
    await talk.bob.ask("link.candidates", talk.candidates(count=1))  # the other end has its own count


async def test_up_needs_both_ends(people: People) -> None:
    talk = await connecting(people)
    await talk.alice.ask("link.state", talk.state("up"), call=talk.call)
    await talk.alice.settle()
    assert "call.active" not in talk.alice.kinds()
    await talk.bob.ask("link.state", talk.state("up"), call=talk.call)
    await talk.alice.event("call.active")


async def test_a_stale_link_is_told_and_comes_up_again(people: People) -> None:
    talk = await talking(people)
    await talk.alice.ask("link.state", talk.state("stale"), call=talk.call)
    assert (await talk.bob.event("link.stale"))["data"]["link"] == talk.link
    talk.bob.forget()
    await talk.alice.ask("link.state", talk.state("up"), call=talk.call)
    await talk.bob.event("link.up")


async def test_the_end_of_the_call_closes_the_link(people: People) -> None:
    talk = await talking(people)
    await talk.bob.ask("call.hang_up", call=talk.call)
    for tab in (talk.alice, talk.bob):
        assert (await tab.kind("link.close"))["link"] == talk.link
        assert await tab.refused("link.description", talk.description()) == "not_yours"


async def test_a_refresh_opens_the_next_generation_for_both(people: People) -> None:
    talk = await talking(people)
    await talk.alice.close()
    alice = await Tab().open(None, resume=talk.alice.resume)
    assert str(alice.welcome["call"]) == talk.call
    for tab in (alice, talk.bob):
        assert (await tab.kind("link.open", generation=2))["link"] == talk.link
    await alice.ask("link.description", talk.description(generation=2))
    assert (await talk.bob.kind("link.description"))["generation"] == 2


async def test_who_still_holds_the_link_keeps_it_and_gets_what_was_missed(people: People) -> None:
    """Ten seconds without network: the peer connection lives, only the signalling was away."""
    talk = await talking(people)
    for n in (1, 2):
        await talk.bob.ask("link.description", talk.description(n, type="answer", sdp=f"v={n}"))
    await talk.alice.kind("link.description", n=2)
    await talk.alice.close()
    await talk.bob.ask("link.candidates", talk.candidates(3))
    seen = [{"link": talk.link, "generation": 1, "n": 1}]
    alice = await Tab().open(None, resume=talk.alice.resume, links=seen)
    assert (await alice.kind("link.description"))["n"] == 2
    assert (await alice.kind("link.candidates"))["n"] == 3
    await alice.settle()
    assert "link.open" not in alice.kinds()
    assert alice.kinds().count("link.description") == 1


async def test_a_held_link_that_has_moved_on_is_opened_anew(people: People) -> None:
    talk = await talking(people)
    await talk.alice.close()
    await talk.bob.ask("link.renew", {"link": talk.link, "generation": 1}, call=talk.call)
    alice = await Tab().open(None, resume=talk.alice.resume, links=[{"link": talk.link, "generation": 1, "n": 0}])
    assert (await alice.kind("link.open"))["generation"] == 2


async def test_private_addresses_are_not_relayed_where_that_is_set(people: People, core: Callable[..., None]) -> None:
    core(PRIVATE_CANDIDATES=False)
    talk = await connecting(people)
    lines = [f"candidate:1 1 udp 1 {address} 9 typ host" for address in ("10.0.0.7", "93.184.216.34", "192.168.1.9")]
    sdp = "v=0\r\n" + "".join(f"a={line}\r\n" for line in lines)
    await talk.alice.ask("link.description", talk.description(sdp=sdp))
    items = [{"candidate": line, "sdpMid": "0"} for line in lines]
    await talk.alice.ask("link.candidates", {**talk.candidates(), "candidates": items})
    assert (await talk.bob.kind("link.description"))["sdp"] == f"v=0\r\na={lines[1]}\r\n"
    assert [item["candidate"] for item in (await talk.bob.kind("link.candidates"))["candidates"]] == [lines[1]]
