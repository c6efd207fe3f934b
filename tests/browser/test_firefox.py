"""The main job with the customer in Firefox: both see each other, write, and a reload comes back into the same call."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.harness.demo_server import Site
from tests.browser.harness.firefox import Firefox, firefox, missing
from tests.browser.harness.people import PRODUCT, Agent


@pytest.fixture
def fiona(site: Site) -> Iterator[Firefox]:
    if missing():
        pytest.skip(f"not installed: {missing()}")
    with firefox(f"{site.base}/product/{PRODUCT}/") as page:
        page.do("open")
        yield page


def test_a_customer_in_firefox_meets_the_agent(fiona: Firefox, bob: Agent) -> None:
    fiona.do("call")
    bob.accepts()
    bob.talks()
    bob.sees_movement()
    seen = fiona.do("sees")
    assert seen["width"] >= 160 and seen["changes"] >= 2, seen
    fiona.do("say", text="Bonjour from Firefox")
    bob.reads("Bonjour from Firefox")
    bob.says("Hello from Chromium")
    fiona.do("reads", text="Hello from Chromium")

    fiona.do("reload")
    seen = fiona.do("sees")
    assert seen["changes"] >= 2, seen
    bob.sees_movement()
    fiona.do("reads", text="Hello from Chromium")
    said = fiona.do("complaints")
    assert "Firefox" in said["agent"]
    assert said["complaints"] == []
