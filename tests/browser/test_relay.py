"""Through coturn with relay-only policy: the REST credentials that the server hands out are what coturn takes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.harness.demo_server import Site, site
from tests.browser.harness.media import ALICE, BOB, route
from tests.browser.harness.people import Agent, Customer
from tests.browser.harness.turn import NoTurnServer, turn_server


@pytest.fixture(scope="module")
def relayed() -> Iterator[Site]:
    try:
        with turn_server() as turn:
            core = {"TURN_URLS": turn.urls("udp"), "TURN_SECRETS": [turn.secret], "ICE_POLICY": "relay"}
            with site(worker=True, rtc_service={"core": core}) as running:
                yield running
    except NoTurnServer as reason:
        pytest.skip(str(reason))


def test_the_call_goes_through_the_relay_and_nothing_else(browser: Browser, relayed: Site) -> None:
    bob, alice = Agent.enter(browser, relayed.base), Customer.enter(browser, relayed.base)
    bob.starts_work()
    alice.open_product()
    alice.call()
    bob.accepts()
    alice.talks()
    alice.sees(BOB)
    bob.sees(ALICE)
    bob.hears(ALICE)
    for person in (alice, bob):
        chosen = route(person.page)
        assert chosen is not None and chosen["local"] == "relay", chosen
    alice.close()
    bob.close()
