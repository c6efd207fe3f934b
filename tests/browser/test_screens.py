"""The product's face: every screen of a call on PC and phone, light and dark, in English and Chinese.

Pictures go to tests/browser/shots/ (look at them); RTC_IMAGES=1 renews the ones that the README shows. Asserted is
what a picture cannot be wrong about: nothing sticks out, the scheme is kept, the words are in the page's language.
RTC_TEST_FULL=1 takes every combination, otherwise two that differ in all three.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.harness.demo_server import Site, site
from tests.browser.harness.people import Agent, Customer, Supervisor

SHOTS = Path(__file__).parent / "shots"
IMAGES = Path(__file__).parents[2] / "docs" / "images"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
PC, PHONE = (1440, 900), (390, 844)


@dataclass(frozen=True)
class Look:
    device: str
    scheme: str
    language: str

    @property
    def context(self) -> dict[str, object]:
        width, height = PC if self.device == "pc" else PHONE
        phone = {"has_touch": True, "is_mobile": True, "device_scale_factor": 2} if self.device == "phone" else {}
        return {
            "viewport": {"width": width, "height": height},
            "color_scheme": self.scheme,
            "locale": {"en": "en-GB", "zh-hans": "zh-CN", "zh-hant": "zh-TW"}[self.language],
            **phone,
        }

    def __str__(self) -> str:
        return f"{self.device}-{self.scheme}-{self.language}"


ALL = [Look(*look) for look in product(("pc", "phone"), ("light", "dark"), ("en", "zh-hans", "zh-hant"))]
SOME = [Look("pc", "light", "en"), Look("phone", "dark", "zh-hans")]
LOOKS = ALL if os.environ.get("RTC_TEST_FULL") else SOME
README = {
    ("widget-call", "pc-light-en"): "widget-light.png",
    ("widget-call", "phone-dark-zh-hans"): "widget-phone-dark.png",
    ("workbench-call", "pc-light-en"): "workbench-light.png",
    ("admin-call", "pc-light-en"): "admin-call.png",
}


@pytest.fixture(scope="module")
def quiet_site() -> Iterator[Site]:
    """Without the second factor, which has tests of its own."""
    with site(worker=True, rtc_service={"core": {"ADMIN_REQUIRES_OTP": False, "CALLS_PER_HOUR": 1000}}) as running:
        yield running


class Album:
    """Takes the pictures of one look."""

    def __init__(self, look: Look) -> None:
        self.look = look
        SHOTS.mkdir(exist_ok=True)

    def take(self, page: Page, name: str, *, words: str = "body") -> None:
        page.wait_for_timeout(400)  # transitions; nothing is asserted about time
        picture = page.screenshot(path=SHOTS / f"{name}-{self.look}.png")
        if os.environ.get("RTC_IMAGES") and (name, str(self.look)) in README:
            (IMAGES / README[name, str(self.look)]).write_bytes(picture)
        self._fits(page, name)
        if self.look.language != "en":
            assert CHINESE.search(page.locator(words).first.inner_text()), f"{name}: no Chinese"

    def _fits(self, page: Page, name: str) -> None:
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"{name}: the page is {over} px wider than the window"
        sticking_out = page.evaluate(STICKING_OUT)
        assert sticking_out == [], f"{name}: sticks out of the window: {sticking_out}"

    def dark(self, page: Page, selector: str, name: str) -> None:
        """The background follows the scheme."""
        light = page.locator(selector).first.evaluate(LIGHTNESS)
        assert (light < 0.35) == (self.look.scheme == "dark"), f"{name}: lightness {light}"


# Buttons and fields of ours that one could not reach.
STICKING_OUT = """() => {
  const found = [];
  const walk = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.shadowRoot) walk(element.shadowRoot);
      if (!element.matches("button, input, textarea, select, a[href]")) continue;
      if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
      const box = element.getBoundingClientRect();
      if (box.width < 2 || box.height < 2) continue;
      const out = box.left < -1 || box.right > innerWidth + 1;
      if (out) found.push(`${element.tagName} ${element.className} ${box.left}`);
    }
  };
  for (const host of document.querySelectorAll("rtc-call")) if (host.shadowRoot) walk(host.shadowRoot);
  for (const ours of document.querySelectorAll("#rtc-workbench")) walk(ours);
  return found;
}"""
LIGHTNESS = """(element) => {
  for (let at = element; at; at = at.parentNode ?? at.host) {
    if (!(at instanceof Element)) { at = at.host ?? null; if (!at) break; }
    const parts = getComputedStyle(at).backgroundColor.match(/[\\d.]+/g)?.map(Number) ?? [];
    if (parts.length === 3 || parts[3] > 0.5) return (parts[0] + parts[1] + parts[2]) / 765;
  }
  return 1;
}"""
WINDOW = 'rtc-call [data-part="window"]'


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_every_screen_of_a_call(browser: Browser, quiet_site: Site, look: Look) -> None:
    album = Album(look)
    alice = Customer.enter(browser, quiet_site.base, name="alice", **look.context)
    # Each look has an agent of its own: the one of the look before is at work for some seconds more.
    name = ("bob", "beth", "bo")[LOOKS.index(look) % 3]
    bob = Agent.enter(browser, quiet_site.base, name=name, **look.context)

    alice.open_product()
    album.take(alice.page, "shop-product")
    album.take(bob.page, "workbench-start", words="#rtc-workbench")
    alice.call()
    alice.waits()
    album.take(alice.page, "widget-waiting", words=WINDOW)
    album.dark(alice.page, WINDOW, "widget")
    bob.begins()
    bob.is_rung()
    album.take(alice.page, "widget-ringing", words=WINDOW)
    album.take(bob.page, "workbench-offer", words="#rtc-workbench")
    bob.accepts()
    alice.talks()
    bob.talks()
    alice.says("您好 – does the lid stay on when I pour?")
    bob.says("It does: a small catch holds it. 请看，这里。")
    alice.reads("请看")
    album.take(bob.page, "workbench-call", words="#rtc-workbench")
    album.dark(bob.page, "body", "workbench")
    album.take(alice.page, "widget-call", words=WINDOW)
    alice.hangs_up()
    alice.sees_the_end()
    album.take(alice.page, "widget-after", words=WINDOW)
    alice.rates(4, "Quick and kind")
    alice.ticket_number()
    album.take(alice.page, "widget-thanks", words=WINDOW)
    album.take(bob.page, "workbench-wrap-up", words="#rtc-workbench")
    bob.finishes()
    album.take(bob.page, "workbench-idle", words="#rtc-workbench")

    link = alice.page.locator('rtc-call [data-part="ticket-link"]').get_attribute("href")
    alice.go(str(link).removeprefix(quiet_site.base))
    album.take(alice.page, "ticket")
    bob.go("/workbench/history/")
    album.take(bob.page, "workbench-history")
    dora = Supervisor.enter(browser, quiet_site.base, **look.context)
    dora.go("/admin/rtc_service/call/")
    album.take(dora.page, "admin-calls")
    dora.opens_the_newest_call()
    album.take(dora.page, "admin-call")
    for person in (alice, bob, dora):
        assert person.complaints == []
        person.close()
