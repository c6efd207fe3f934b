"""Floods cost the one who floods."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

from rtc_service.db import in_db
from rtc_service.signalling.limits import Bucket, client_address
from rtc_service.signalling.protocol import CLOSE_FLOOD
from rtc_service.testing_sockets import SECONDS, Tab
from tests.harness.people import People
from tests.harness.tab import PRODUCT, connecting, fresh, tab_of

PING = json.dumps({"kind": "ping"})


async def test_a_flood_is_slowed_down_and_then_cut_off(people: People, audited: Callable[[str], int]) -> None:
    talk = await connecting(people)
    charlie = await tab_of(people.charlie)
    for _ in range(260):
        await charlie.send(PING)
    assert await charlie.error() == "flood"
    assert await charlie.closed() == CLOSE_FLOOD
    assert charlie.frames[-1]["kind"] == "error"
    for tab in (talk.alice, talk.bob):
        assert (await tab.ask("ping"))["kind"] == "pong"
    async with asyncio.timeout(SECONDS):
        while not await in_db(audited, "socket.flood"):
            await talk.alice.settle()


async def test_messages_too_long_are_a_flood_too(people: People) -> None:
    charlie = await tab_of(people.charlie)
    for _ in range(260):
        await charlie.send("x" * 65_537)
    assert await charlie.closed() == CLOSE_FLOOD


async def test_a_burst_is_no_flood(people: People) -> None:
    tab = await tab_of(people.alice)
    for _ in range(35):
        await tab.send(PING)
    await tab.settle()
    assert "error" not in tab.kinds()


async def test_sockets_of_one_address(people: People, core: Callable[..., None], audited: Callable[[str], int]) -> None:
    core(SOCKETS_PER_ADDRESS=3)
    tabs = [await Tab().connect(address="192.0.2.9") for _ in range(3)]
    fourth = await Tab().connect(address="192.0.2.9")
    assert await fourth.error() == "flood"
    assert await fourth.closed() == CLOSE_FLOOD
    await Tab().connect(address="192.0.2.10")
    await fourth.close()
    await tabs[0].close()
    await (await Tab().connect(address="192.0.2.9")).hello(fresh(people.alice))


async def test_without_a_known_address_nobody_is_counted_together(people: People, core: Callable[..., None]) -> None:
    """Behind a server that listens on a Unix socket there is no peer address."""
    core(SOCKETS_PER_ADDRESS=2)
    tabs = [await Tab().connect(address="") for _ in range(3)]
    await tabs[-1].settle()
    assert tabs[-1].code is None


async def test_calls_of_one_customer_in_an_hour(people: People, core: Callable[..., None]) -> None:
    core(CALLS_PER_HOUR=2)
    alice = await tab_of(people.alice)
    for _ in range(2):
        await alice.ask("call.request", PRODUCT)
        await alice.ask("call.cancel")
    answer = await alice.ask("call.request", PRODUCT)
    assert (answer["body"]["code"], answer["body"]["retry_after"]) == ("flood", 600)


async def test_a_full_queue_refuses(people: People, core: Callable[..., None]) -> None:
    core(QUEUE_LIMIT=1)
    alice, charlie = await tab_of(people.alice), await tab_of(people.charlie)
    await alice.ask("call.request", PRODUCT)
    assert await charlie.refused("call.request", PRODUCT) == "queue_full"


def test_the_bucket_fills_up_again() -> None:
    bucket = Bucket(rate=10, burst=2)
    assert [bucket.take() for _ in range(3)] == [True, True, False]
    bucket.at -= 0.1
    assert [bucket.take() for _ in range(2)] == [True, False]


def test_only_our_own_proxies_are_believed() -> None:
    assert client_address("10.0.0.1", "6.6.6.6, 192.0.2.1", 0) == "10.0.0.1"
    assert client_address("10.0.0.1", "6.6.6.6, 192.0.2.1", 1) == "192.0.2.1"
    assert client_address("10.0.0.1", "6.6.6.6, 192.0.2.1, 10.0.0.2", 2) == "192.0.2.1"
    assert client_address("10.0.0.1", "", 1) == "10.0.0.1"
