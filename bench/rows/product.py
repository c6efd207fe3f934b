"""Our own call for the browser figures: the demo's shop, a guest at a product page, Bob at the workbench."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser

from tests.browser.harness.demo_server import Site, site
from tests.browser.harness.media import ALICE, BOB, first_frame, forget_first_frames
from tests.browser.harness.people import Agent, Customer

from ..peers.bare.pair import click_at

LAUNCHER = "rtc-call button.launcher"
# Bob accepts by himself, and a bench makes more calls in an hour than a customer may.
SETTINGS: dict[str, dict[str, object]] = {
    "agents": {"ALLOW_AUTO_ACCEPT": True},
    "core": {"CALLS_PER_HOUR": 100_000, "SESSIONS_PER_MINUTE": 100_000},
}
SERVER = "the demo's project: daphne, SQLite, one Celery worker"


@contextmanager
def shop() -> Iterator[Site]:
    """The demo's project as `make demo` serves it, with the settings above."""
    with site(worker=True, rtc_service=SETTINGS) as running:
        yield running


class ProductCall:
    """Bob answers by himself; Alice opens the product's page anew for every call."""

    def __init__(self, browser: Browser, running: Site) -> None:
        self.bob = Agent.enter(browser, running.base)
        self.bob.answers_by_itself()
        self.alice = Customer.enter(browser, running.base)

    def open(self) -> None:
        """Alice reads the product's page; everything on it has been loaded."""
        self.bob.is_in("ready", 30)
        forget_first_frames(self.bob.page)
        self.alice.open_product()
        self.alice.page.wait_for_load_state("networkidle")

    def click(self) -> float:
        """Her click, in ms since the epoch."""
        return click_at(self.alice.page, LAUNCHER)

    def close(self) -> None:
        """She hangs up and leaves the page."""
        self.alice.hangs_up()
        self.alice.sees_the_end()
        self.alice.page.goto("about:blank")

    @contextmanager
    def running(self) -> Iterator[None]:
        """A call in which both see each other."""
        self.open()
        self.click()
        first_frame(self.alice.page, BOB)
        first_frame(self.bob.page, ALICE)
        yield
        self.close()
