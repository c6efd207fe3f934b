"""One person, several tabs: one speaks."""

from __future__ import annotations

from rtc_service.signalling.protocol import CLOSE_TAKEN_OVER
from rtc_service.testing import later
from rtc_service.testing_sockets import Tab
from tests.harness.people import People
from tests.harness.tab import PRODUCT, fresh, tab_of, talking


async def test_a_second_tab_is_told_and_may_take_over(people: People) -> None:
    one = await tab_of(people.alice, "one")
    assert (await one.ask("call.request", PRODUCT))["kind"] == "ok"
    two = await Tab("two").connect()
    token = fresh(people.alice)
    assert (await two.hello(token))["body"]["code"] == "open_elsewhere"
    await one.settle()
    assert one.code is None
    assert (await two.hello(token, take_over=True))["kind"] == "welcome"
    assert (await one.kind("bye"))["reason"] == "taken_over"
    assert await one.closed() == CLOSE_TAKEN_OVER


async def test_a_tab_that_only_stands_ready_gives_way(people: People) -> None:
    one = await tab_of(people.alice, "one")
    two = await tab_of(people.alice, "two")
    assert two.welcome
    assert await one.closed() == CLOSE_TAKEN_OVER


async def test_a_staff_member_s_second_tab_is_always_told(people: People) -> None:
    await tab_of(people.bob, "one")
    two = await Tab("two").connect()
    assert (await two.hello(fresh(people.bob)))["body"]["code"] == "open_elsewhere"


async def test_taking_over_takes_the_call_along(people: People) -> None:
    talk = await talking(people)
    two = await Tab("two").open(fresh(people.alice), take_over=True)
    assert str(two.welcome["call"]) == talk.call
    assert (await talk.bob.kind("link.open", generation=2))["link"] == talk.link
    assert (await two.kind("link.open", generation=2))["offer"] is True
    await talk.bob.settle()
    assert "participant.lost" not in talk.bob.kinds(), "the old socket's end is not alice's end"


async def test_a_dead_tab_holds_nobody_up(people: People) -> None:
    await tab_of(people.alice, "one")
    with later(16):
        await tab_of(people.alice, "two")


async def test_a_tab_that_went_away_properly_holds_nobody_up(people: People) -> None:
    one = await tab_of(people.alice, "one")
    await one.close()
    await tab_of(people.alice, "two")


async def test_what_a_replaced_socket_still_says_is_not_heard(people: People) -> None:
    one = await tab_of(people.alice, "one")
    two = await Tab("two").open(fresh(people.alice), take_over=True)
    await one.closed()
    await one.say("call.request", {"page_kind": "product"})
    await one.close()
    await two.settle()
    again = await Tab("two").open(None, resume=two.resume)
    assert again.welcome["call"] is None
