"""Pages that do not know the widget: styles that hit everything, captured positions, several or moved elements."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.harness.demo_server import Site, site
from tests.browser.harness.elsewhere import STYLE, Host, elsewhere
from tests.browser.harness.media import ALICE, BOB
from tests.browser.harness.people import Agent, Customer

HOSTILE = """
* { all: unset !important; font-size: 40px !important; color: red !important; visibility: hidden !important; }
*::before, *::after { content: "x" !important; }
button, video, section, svg, dialog, rtc-call { display: none !important; opacity: 0 !important; }
html { writing-mode: vertical-rl !important; letter-spacing: 1em !important; text-transform: uppercase !important; }
"""
CAPTURING = """
.frame { transform: rotate(3deg) scale(.5); filter: blur(0); contain: strict; overflow: hidden; opacity: .2;
  width: 120px; height: 80px; position: relative; z-index: 0; }
.above { position: fixed; inset: 0; background: white; z-index: 2147483647; }
"""


@pytest.fixture(scope="module")
def shop() -> Iterator[Host]:
    with elsewhere() as host:
        yield host


@pytest.fixture(scope="module")
def service(shop: Host) -> Iterator[Site]:
    with site(rtc_service={"core": {"ALLOWED_ORIGINS": [shop.base]}}) as running:
        yield running


@pytest.fixture
def bob(browser: Browser, service: Site) -> Iterator[Agent]:
    agent = Agent.enter(browser, service.base)
    agent.starts_work()
    yield agent
    agent.leaves()
    agent.close()


@pytest.fixture
def opened(browser: Browser, shop: Host, service: Site) -> Iterator[Callable[..., Customer]]:
    """`opened("… {call} …", style)`: a guest on a page with this body; `{call}` and `{script}` are our two lines."""
    entered: list[Customer] = []

    def enter(body: str, style: str = STYLE, query: str = "") -> Customer:
        script = f'<script type="module" src="{service.base}/static/rtc_service/js/widget.js{query}"></script>'
        call = f'<rtc-call service="{service.base}" subject-title="Teapot" label="Live help"></rtc-call>'
        shop.body, shop.style = body.replace("{script}", script).replace("{call}", call), style
        entered.append(Customer.enter(browser, shop.base))
        entered[-1].go("/")
        return entered[-1]

    yield enter
    for customer in entered:
        customer.close()


def meet(guest: Customer, bob: Agent) -> str:
    """The way to a conversation; answers the call's id."""
    guest.call()
    bob.accepts()
    guest.talks()
    guest.sees(BOB)
    bob.sees(ALICE)
    call: str = guest.state()["call"]["call"]
    return call


def part_company(guest: Customer, bob: Agent) -> None:
    guest.hangs_up()
    guest.sees_the_end()
    bob.finishes()
    assert guest.complaints == []


def computed(element: Locator, name: str) -> str:
    value: str = element.evaluate("(element, name) => getComputedStyle(element)[name]", name)
    return value


def test_styles_that_hit_everything_do_not_reach_inside(opened: Callable[..., Customer], bob: Agent) -> None:
    plain = opened("{script}{call}")
    size = plain.launcher.bounding_box()
    guest = opened("{script}{call}", HOSTILE)
    expect(guest.launcher).to_be_visible()
    assert guest.launcher.bounding_box() == size
    meet(guest, bob)
    assert computed(guest.part("heading"), "fontSize") == "15.5px"
    assert computed(guest.part("window"), "writingMode") == "horizontal-tb"
    assert computed(guest.part("window"), "textTransform") == "none"
    box = guest.part("window").bounding_box()
    assert box is not None and box["width"] == 400
    guest.says("still here")
    bob.reads("still here")
    part_company(guest, bob)


def test_an_ancestor_that_captures_fixed_positions(opened: Callable[..., Customer], bob: Agent) -> None:
    """The window is in the top layer: no transform moves it, no overflow cuts it, nothing of the page lies over it."""
    plain = opened("{script}{call}")
    where = plain.launcher.bounding_box()
    guest = opened('{script}<div class="frame"><div>{call}</div></div><div class="above"></div>', CAPTURING)
    expect(guest.launcher).to_be_visible()
    assert guest.launcher.bounding_box() == where
    meet(guest, bob)  # its clicks would fail if anything lay above
    box = guest.part("window").bounding_box()
    assert box is not None and (box["width"], round(box["x"] + box["width"])) == (400, 1280 - 24)
    part_company(guest, bob)


def test_two_buttons_have_one_call(opened: Callable[..., Customer], bob: Agent) -> None:
    guest = opened('{script}<div id="one">{call}</div><div id="two">{call}</div>')
    guest.page.evaluate("document.querySelector('#two rtc-call').setAttribute('side', 'left')")
    other = guest.page.locator("#two rtc-call button.launcher")
    one, two = guest.launcher.first, other
    assert one.bounding_box() != two.bounding_box()
    one.hover()
    two.hover()
    one.click()
    bob.accepts()
    guest.page.locator('#one rtc-call [data-part="stage"]').wait_for(timeout=30_000)
    guest.sees(BOB)
    call = guest.state()["call"]["call"]
    guest.page.locator('#one rtc-call [data-part="minimise"]').click()
    two.click()
    guest.page.locator('#one rtc-call [data-part="tool-hang-up"]').wait_for()
    assert guest.page.locator('#two rtc-call [data-part="window"]:visible').count() == 0

    guest.page.reload()
    guest.sees(BOB)
    bob.sees(ALICE)
    assert guest.state()["call"]["call"] == call

    # The element with the call goes for good: the other one goes on with it.
    guest.page.evaluate("document.querySelector('#one').remove()")
    guest.talks()
    guest.sees(BOB)
    bob.sees(ALICE)
    assert guest.state()["call"]["call"] == call
    part_company(guest, bob)


def test_the_script_loaded_twice_defines_one_element(opened: Callable[..., Customer], bob: Agent) -> None:
    guest = opened("{script}{call}{script}")
    script = "url => import(url).then(() => document.querySelectorAll('rtc-call').length)"
    address = guest.page.locator("script").first.get_attribute("src")
    assert guest.page.evaluate(script, f"{address}?again=1") == 1
    assert guest.page.locator("rtc-call button.launcher").count() == 1
    meet(guest, bob)
    part_company(guest, bob)


def test_the_element_is_moved_and_taken_away_and_brought_back(opened: Callable[..., Customer], bob: Agent) -> None:
    guest = opened('{script}<div id="here">{call}</div><div id="there"></div>')
    call = meet(guest, bob)

    # A framework moves it: same conversation, same session, not even a pause.
    same = """() => {
      const element = document.querySelector("rtc-call"), { session } = element;
      document.querySelector("#there").append(element);
      return new Promise((done) => setTimeout(() => done(element.session === session && session.state.connection), 50));
    }"""
    assert guest.page.evaluate(same) == "open"
    guest.talks()
    guest.sees(BOB)
    bob.sees(ALICE)

    # A page without it, as in a single-page shop, and then one with it.
    guest.page.evaluate("() => { window.kept = document.querySelector('rtc-call'); kept.remove(); }")
    guest.page.wait_for_function("() => kept.session === null")
    guest.page.evaluate("() => document.querySelector('#here').append(kept)")
    guest.talks()
    guest.sees(BOB)
    bob.sees(ALICE)
    assert guest.state()["call"]["call"] == call

    # And another element of the same kind in its place.
    guest.page.evaluate("() => { const next = kept.cloneNode(true); kept.replaceWith(next); }")
    guest.talks()
    guest.sees(BOB)
    assert guest.state()["call"]["call"] == call
    part_company(guest, bob)
