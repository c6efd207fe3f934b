"""Two bare pages in one browser, each with its own fake camera."""

from __future__ import annotations

import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.harness.media import ALICE, BOB, equip
from tests.browser.harness.process import Child, accepts, free_port

ROOT = Path(__file__).parents[3]
HOVER_MS = 150.0  # from reaching a button to pressing it; people need longer


@contextmanager
def bare_server() -> Iterator[str]:
    """The running server's base URL."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="rtc-bare-") as folder:
        argv = [sys.executable, "-m", "bench.peers.bare.server", str(port)]
        with Child(argv, log=Path(folder) / "log", cwd=ROOT) as child:
            child.wait_until(lambda: accepts(port), 10)
            yield f"http://127.0.0.1:{port}"


class BarePair:
    """Alice calls, Bob answers; a new room and new pages for every call."""

    def __init__(self, browser: Browser, base: str) -> None:
        self.base = base
        self.contexts: tuple[BrowserContext, BrowserContext] = (browser.new_context(), browser.new_context())
        equip(self.contexts[0], ALICE)
        equip(self.contexts[1], BOB)
        self.pages: list[Page] = []

    def open(self) -> None:
        """Load both pages and wait until their sockets stand."""
        room = uuid.uuid4().hex
        self.pages = [context.new_page() for context in self.contexts]
        for page in self.pages:
            page.goto(f"{self.base}/?room={room}")
            page.locator("body[data-ready]").wait_for()

    @property
    def alice(self) -> Page:
        return self.pages[0]

    @property
    def bob(self) -> Page:
        return self.pages[1]

    def click(self) -> float:
        """Alice's click; answers its wall clock in ms, taken in her page."""
        return click_at(self.alice, "#call")

    def close(self) -> None:
        for page in self.pages:
            page.close()
        self.pages = []


def click_at(page: Page, selector: str) -> float:
    """Click as a user does and answer when the browser got the click, in ms since the epoch.

    A hand rests on a button for a moment before it clicks; `timeStamp` is from before any of the page's own work.
    """
    button = page.locator(selector)
    button.evaluate(
        "b => b.addEventListener('click', (e) => { b.rtcClickedAt = performance.timeOrigin + e.timeStamp },"
        " {once: true})"
    )
    button.hover()
    page.wait_for_timeout(HOVER_MS)
    button.click()
    for _try in range(100):
        at = button.evaluate("b => b.rtcClickedAt")
        if at is not None:
            return float(at)
        time.sleep(0.02)
    raise AssertionError(f"{selector} never saw its click")
