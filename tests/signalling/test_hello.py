"""Who may open a socket: fresh tokens, once, in time, from an allowed page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from django.core import signing

from rtc_service import tokens
from rtc_service.db import in_db
from rtc_service.models import Seat
from rtc_service.signalling.protocol import CLOSE_NO_HELLO, CLOSE_NOT_YOURS, CLOSE_TOKEN
from rtc_service.testing_sockets import Tab
from tests.harness.people import People
from tests.harness.tab import fresh, tab_of


async def refused(token: str, **hello: Any) -> Tab:
    tab = await Tab().connect()
    answer = await tab.hello(token, **hello)
    assert answer["body"]["code"] in ("token_refused", "token_reused"), answer
    assert await tab.closed() == CLOSE_TOKEN
    return tab


async def test_a_fresh_token_opens_a_socket(people: People) -> None:
    tab = await tab_of(people.alice)
    assert tab.welcome["you"]["role"] == "customer"
    assert tab.welcome["call"] is None
    assert tab.welcome["heartbeat"] == 5.0


async def test_a_token_opens_one_socket_only(people: People, audited: Callable[[str], int]) -> None:
    token = fresh(people.alice)
    first = await Tab().open(token)
    await refused(token)
    assert await in_db(audited, "token.replayed") == 1
    assert first.code is None
    await first.settle()


async def test_one_token_at_two_sockets_at_once(people: People) -> None:
    token = fresh(people.alice)
    tabs = [await Tab(name).connect() for name in ("one", "two")]
    answers = await asyncio.gather(*(tab.hello(token) for tab in tabs))
    assert sorted(answer["kind"] for answer in answers) == ["error", "welcome"]


async def test_a_token_expires(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    token = fresh(people.alice)
    minute_later = signing.time.time() + 61
    monkeypatch.setattr(signing.time, "time", lambda: minute_later)
    await refused(token)


@pytest.mark.parametrize("token", ["x", "a:b:c", "eyJhIjoxfQ:1abc:" + "A" * 43, "\ud7ff", "9" * 2_000])
async def test_rubbish_is_no_token(people: People, token: str) -> None:
    await refused(token)


async def test_somebody_elses_signature(people: People) -> None:
    payload = {"key": f"v:{people.alice.uuid}", "role": "customer", "jti": "j", "o": "", "s": ""}
    await refused(signing.dumps(payload, salt="rtc_service.hello", key="another key"))


async def test_a_token_of_another_kind_does_not_say_hello(people: People) -> None:
    key = f"v:{people.alice.uuid}"
    for other in (tokens.resume(key, "customer", 1), tokens.guest("g"), tokens.identity(1)):
        await refused(other)


async def test_a_token_made_for_another_page(people: People, core: Callable[..., None]) -> None:
    core(ALLOWED_ORIGINS=["https://shop.example", "https://other.example"])
    tab = await Tab().connect(origin="https://other.example")
    answer = await tab.hello(fresh(people.alice, origin="https://shop.example"))
    assert answer["body"]["code"] == "token_refused"


async def test_a_customer_does_not_become_staff(people: People) -> None:
    await refused(tokens.hello(f"v:{people.alice.uuid}", "staff"))
    await refused(tokens.hello(f"u:{people.charlie.user_id}", "staff"))
    await refused(tokens.hello(f"u:{people.bob.pk}", "customer"))
    await refused(tokens.hello("u:999999", "staff"))


async def test_without_hello_the_socket_is_closed(core: Callable[..., None], people: People) -> None:
    core(HELLO_SECONDS=0.05)
    tab = await Tab().connect()
    assert await tab.closed() == CLOSE_NO_HELLO


async def test_a_refused_hello_does_not_hold_the_socket_open(core: Callable[..., None], people: People) -> None:
    core(HELLO_SECONDS=0.2)
    tab = await Tab().connect()
    assert (await tab.hello(tab="x"))["body"]["code"] == "bad_message"
    assert await tab.closed() == CLOSE_NO_HELLO


async def test_nothing_but_ping_before_hello(people: People) -> None:
    tab = await Tab().connect()
    assert (await tab.ask("ping", {"t": 7}))["body"]["t"] == 7
    for kind in ("call.request", "agents.ready", "link.state", "replay", "chat"):
        assert await tab.refused(kind) == "not_yours"


async def test_hello_is_said_once(people: People) -> None:
    tab = await tab_of(people.alice)
    assert (await tab.hello(fresh(people.alice)))["body"]["code"] == "conflict"


GOOD = "https://good.com"


@pytest.mark.parametrize(
    "origin",
    ["https://good.com.evil", "http://good.com", "https://good.com:8443", "https://sub.good.com", "null",
     "https://GOOD.com.", "https://evil/https://good.com", "good.com", "https://testserver.evil", "file://"],
)  # fmt: skip
async def test_a_foreign_page_is_refused_with_a_reason(
    people: People, core: Callable[..., None], audited: Callable[[str], int], origin: str
) -> None:
    core(ALLOWED_ORIGINS=[GOOD])
    tab = await Tab().connect(origin=origin)
    assert await tab.error() == "not_yours"
    assert await tab.closed() == CLOSE_NOT_YOURS
    await tab.close()
    assert await in_db(audited, "socket.refused.origin") == 1


@pytest.mark.parametrize("origin", [GOOD, "http://testserver", "https://testserver", ""])
async def test_pages_of_the_host_and_of_the_list_may_connect(
    people: People, core: Callable[..., None], origin: str
) -> None:
    core(ALLOWED_ORIGINS=[GOOD])
    await Tab().open(fresh(people.alice), origin=origin)


async def test_what_a_refused_page_says_is_not_heard(people: People) -> None:
    """Its hello is on the way already when it is refused: it must not take anybody's seat."""
    tab = await Tab().connect(origin="https://evil.example")
    await tab.say("hello", {"token": fresh(people.alice), "tab": "x"})
    assert await tab.closed() == CLOSE_NOT_YOURS
    await tab.close()
    assert not await in_db(Seat.objects.filter(key=f"v:{people.alice.uuid}").exists)
