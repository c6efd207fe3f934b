"""Debian's Chromium by Playwright: the flags that make a headless browser a usable caller."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

FLAGS = (
    # The permission question is answered yes, and devices exist although the machine has none.
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    # Several people share one browser: none of them may be treated as a hidden tab.
    "--disable-renderer-backgrounding",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    # Nothing but what the test does.
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
)


class NoChromium(RuntimeError):
    """There is no Chromium on this machine."""


def executable() -> str:
    """Path of the browser: `RTC_CHROMIUM`, else `chromium` on the path. Raises NoChromium."""
    found = os.environ.get("RTC_CHROMIUM") or shutil.which("chromium")
    if not found:
        raise NoChromium("install chromium, or name it in RTC_CHROMIUM")
    return found


def flags(*extra: str) -> list[str]:
    """The flags for a launch; without the sandbox only where it cannot work, as root."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return [*FLAGS, *sandbox, *extra]


def insecure_origins(origins: Sequence[str]) -> str:
    """Flag that makes plain-HTTP origins other than the loopback a secure context (getUserMedia needs one)."""
    return "--unsafely-treat-insecure-origin-as-secure=" + ",".join(origins)


@contextmanager
def chromium(*extra: str) -> Iterator[Browser]:
    """A fresh browser with `extra` flags; closed, with all its pages, at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), headless=True, args=flags(*extra))
        try:
            yield browser
        finally:
            browser.close()
