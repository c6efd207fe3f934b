"""Coming back with a resume token: rotation, a lost answer, a stolen copy."""

from __future__ import annotations

import time
from collections.abc import Callable

from rtc_service.db import in_db
from rtc_service.signalling import hub
from rtc_service.signalling.protocol import CLOSE_TAKEN_OVER, CLOSE_TOKEN
from rtc_service.testing_sockets import Tab
from tests.harness.people import People
from tests.harness.tab import fresh, tab_of


async def come_back(token: str, tab: str = "tab") -> Tab:
    return await Tab(tab).open(None, resume=token)


async def refused(token: str) -> str:
    tab = await Tab().connect()
    answer = await tab.hello(resume=token)
    assert answer["kind"] == "error", answer
    assert await tab.closed() == CLOSE_TOKEN
    return str(answer["body"]["code"])


async def test_each_welcome_hands_out_the_next_token(people: People) -> None:
    tab = await tab_of(people.alice)
    seen = [tab.resume]
    for _ in range(3):
        tab = await come_back(tab.resume)
        seen.append(tab.resume)
    assert len(set(seen)) == 4


async def test_the_newest_socket_of_a_tab_replaces_the_old_one(people: People) -> None:
    old = await tab_of(people.alice)
    await come_back(old.resume)
    assert (await old.kind("bye"))["reason"] == "taken_over"
    assert await old.closed() == CLOSE_TAKEN_OVER


async def test_a_lost_answer_does_not_lock_out(people: People) -> None:
    """The welcome with the next token never arrived: the same one is good until its successor is used."""
    first = await tab_of(people.alice)
    await come_back(first.resume)
    again = await come_back(first.resume)
    third = await come_back(again.resume)
    assert third.code is None


async def test_an_old_token_again_ends_both(people: People, audited: Callable[[str], int]) -> None:
    first = await tab_of(people.alice)
    second = await come_back(first.resume)
    live = await come_back(second.resume)
    assert await refused(first.resume) == "token_reused"
    assert await in_db(audited, "token.reused") == 1
    await hub.current().ticker.beat(time.monotonic())
    assert (await live.kind("bye"))["reason"] == "taken_over"
    assert await refused(live.resume) == "token_reused"
    await tab_of(people.alice)  # from a fresh token all is well again


async def test_a_resume_token_is_for_its_own_seat(people: People) -> None:
    bob, alice = await tab_of(people.bob), await tab_of(people.alice)
    back = await come_back(alice.resume)
    assert back.welcome["you"]["role"] == "customer"
    assert bob.code is None


async def test_a_fresh_token_makes_the_seats_old_ones_worthless_once_used(people: People) -> None:
    old = await tab_of(people.alice)
    newer = await Tab().open(fresh(people.alice))
    await come_back(newer.resume)
    assert await refused(old.resume) == "token_reused"
