"""Refused, missing and busy devices: plain words and a way on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.harness.media import ALICE, BOB, expect_no_picture, expect_silence, refuse
from tests.browser.harness.people import Agent, Customer

MakeGuest = Callable[..., Customer]


@pytest.mark.parametrize(
    ("error", "words"),
    [("NotAllowedError", "allow"), ("NotFoundError", "found"), ("NotReadableError", "another")],
)
def test_no_device_at_all_is_explained_and_text_goes_on(guest: MakeGuest, bob: Agent, error: str, words: str) -> None:
    customer = guest()
    customer.open_product()
    refuse(customer.page, video=error, audio=error)
    customer.call()
    expect(customer.part("problem")).to_contain_text(words, ignore_case=True, timeout=15_000)
    customer.goes_on_with("text")
    bob.accepts()
    customer.talks()
    customer.says("I can only type")
    bob.reads("I can only type")
    customer.sees(BOB)
    customer.hangs_up()
    bob.finishes("other")


def test_without_a_camera_the_call_has_sound(guest: MakeGuest, bob: Agent) -> None:
    customer = guest()
    customer.open_product()
    refuse(customer.page, video="NotFoundError")
    customer.call()
    customer.goes_on_with("audio")
    bob.accepts()
    customer.talks()
    bob.hears(ALICE)
    customer.sees(BOB)
    customer.hangs_up()
    bob.finishes("other")


def test_camera_and_microphone_off_are_seen_and_heard_by_the_other(guest: MakeGuest, bob: Agent) -> None:
    customer = guest()
    customer.open_product()
    customer.call()
    bob.accepts()
    customer.talks()
    bob.sees(ALICE)
    bob.hears(ALICE)
    customer.part("tool-camera").click()
    expect_no_picture(bob.page, ALICE)
    customer.part("tool-microphone").click()
    expect_silence(bob.page)
    customer.part("tool-camera").click()
    customer.part("tool-microphone").click()
    bob.sees(ALICE)
    bob.hears(ALICE)
    customer.hangs_up()
    bob.finishes("other")
