"""One call after another in the same tab: what the first one leaves behind must not stand in the second one's way."""

from __future__ import annotations

from tests.browser.harness.media import ALICE, BOB, forget_first_frames
from tests.browser.harness.people import Agent, Customer


def talk(alice: Customer, bob: Agent) -> None:
    alice.call()
    bob.accepts()
    alice.talks()
    bob.talks()
    alice.sees(BOB)
    bob.sees(ALICE)
    alice.hears(BOB)
    bob.hears(ALICE)


def test_two_calls_in_one_tab_are_both_seen_and_heard(alice: Customer, bob: Agent) -> None:
    alice.open_product()
    talk(alice, bob)
    alice.hangs_up()
    alice.sees_the_end()
    bob.finishes()

    # Back to the shop without a word about the call: its rating is still open.
    alice.open_product("bicycle")
    forget_first_frames(bob.page)
    talk(alice, bob)
    assert alice.state()["call"]["subject"] != "product:SKU-1", "a call of its own"
    alice.hangs_up()
    alice.sees_the_end()
    bob.finishes()


def test_calling_again_from_the_end_page_works_at_once(alice: Customer, bob: Agent) -> None:
    alice.open_product()
    talk(alice, bob)
    first = alice.state()["call"]["call"]
    bob.hangs_up()
    alice.sees_the_end()
    bob.finishes()

    alice.part("call-again").click()
    bob.accepts()
    alice.talks()
    bob.talks()
    alice.sees(BOB)
    bob.sees(ALICE)
    assert alice.state()["call"]["call"] != first
    alice.hangs_up()
    alice.sees_the_end()
    bob.finishes()
