"""The call outlives what happens to its tabs and its network."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.harness.demo_server import demo
from tests.browser.harness.far import NoNamespaces, cable
from tests.browser.harness.media import ALICE, BOB, expect_no_frames
from tests.browser.harness.people import Agent, Customer


def meet(alice: Customer, bob: Agent) -> None:
    alice.open_product()
    alice.call()
    bob.accepts()
    alice.talks()
    bob.talks()


def test_twenty_seconds_without_network_and_the_same_call_again(browser: Browser) -> None:
    try:
        with (
            cable() as wire,
            demo({"RTC_DEMO_HOSTS": wire.near}) as site,
            wire.forward(int(site.base.rpartition(":")[2])) as base,
            wire.chromium(browser.browser_type, base) as far,
        ):
            bob = Agent.enter(browser, site.base)
            bob.starts_work()
            alice = Customer.enter(far, base)
            meet(alice, bob)
            alice.sees(BOB)
            call = alice.state()["call"]["call"]
            wire.pull()
            expect_no_frames(bob.page, ALICE)
            alice.phase_shows("reconnecting")
            bob.page.wait_for_timeout(12_000)  # with the waits above the wire is cut for a good twenty seconds
            wire.plug()
            alice.sees(BOB)
            bob.sees(ALICE)
            alice.says("back again")
            bob.reads("back again")
            assert alice.state()["call"]["call"] == call
            alice.hangs_up()
            bob.finishes()
            bob.close()
    except NoNamespaces as reason:
        pytest.skip(str(reason))


def test_text_goes_on_when_the_data_channel_is_closed(alice: Customer, bob: Agent) -> None:
    meet(alice, bob)
    alice.sees(BOB)
    assert alice.loses_data_channels() + bob.loses_data_channels() == 2
    alice.says("over the socket")
    bob.reads("over the socket")
    bob.says("and back")
    alice.reads("and back")
    # Once each, although the fast way and the sure way both carry a line as long as both stand.
    assert alice.page.locator("rtc-call").get_by_text("and back", exact=True).count() == 1
    alice.hangs_up()
    bob.finishes()


def test_a_second_tab_says_so_and_may_take_over(alice: Customer, bob: Agent) -> None:
    meet(alice, bob)
    second = alice.second_tab()
    second.open_product()
    second.call()
    second.part("take-over").click()
    second.talks()
    second.sees(BOB)
    bob.sees(ALICE)
    expect(alice.part("take-over")).to_be_visible(timeout=15_000)
    second.hangs_up()
    bob.finishes()


def test_the_agent_reloads_the_workbench_and_has_the_call_again(alice: Customer, bob: Agent) -> None:
    meet(alice, bob)
    bob.page.reload()
    bob.talks()
    bob.sees(ALICE)
    alice.sees(BOB)
    alice.hangs_up()
    bob.finishes()


def test_a_customer_who_goes_away_while_it_rings_frees_the_agent(guest: Callable[..., Customer], bob: Agent) -> None:
    customer = guest()
    customer.open_product()
    customer.call()
    bob.is_rung()
    customer.hangs_up()
    bob.is_in("ready")
