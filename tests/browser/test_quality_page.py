"""A long call's page in a real browser under the strict policy: charts drawn, read, zoomed, in light and dark."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.harness.demo_server import Site, python, site

SHOTS = Path(__file__).parent / "shots"
SETTINGS = {"core": {"ADMIN_REQUIRES_OTP": False}}
# How many different colours are drawn, and how dark the darkest is: an empty canvas has one.
INK = """(index) => {
  const canvas = document.querySelectorAll(".rtc-plot canvas")[index];
  const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  const seen = new Set();
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] === 255) seen.add(`${data[at]},${data[at + 1]},${data[at + 2]}`);
  }
  return [...seen];
}"""

# For each column of the plotting area: which of these colours are in it.
LINES = """([index, colours]) => {
  const canvas = document.querySelectorAll(".rtc-plot canvas")[index];
  const over = document.querySelectorAll(".rtc-plot .u-over")[index];
  const scale = canvas.width / canvas.clientWidth;
  const [left, top] = [over.offsetLeft * scale, over.offsetTop * scale];
  const [width, height] = [over.offsetWidth * scale, over.offsetHeight * scale];
  const data = canvas.getContext("2d").getImageData(left, top, width, height).data;
  return Array.from({ length: width }, (_, x) => colours.map((colour) => {
    for (let y = 0; y < height; y += 1) {
      const at = (y * width + x) * 4;
      if (`${data[at]},${data[at + 1]},${data[at + 2]}` === colour) return true;
    }
    return false;
  }));
}"""


@dataclass(frozen=True)
class Made:
    site: Site
    calls: dict[str, int]

    def url(self, name: str) -> str:
        return self.site.url(f"/admin/rtc_service/call/{self.calls[name]}/change/")


@pytest.fixture(scope="module")
def made() -> Iterator[Made]:
    with site(rtc_service=SETTINGS) as running:
        yield Made(running, json.loads(python("-m", "tests.harness.call_pages", env=running.env).splitlines()[-1]))


def enter(browser: Browser, made: Made, **context: Any) -> Page:
    """Dora's browser; what the policy refuses and what a script throws fails the test at its end."""
    page = browser.new_context(**{"viewport": {"width": 1440, "height": 900}} | context).new_page()
    page.errors = []  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.errors.append(str(error)))  # type: ignore[attr-defined]
    page.on("console", lambda said: page.errors.append(said.text) if said.type == "error" else None)  # type: ignore[attr-defined]
    page.goto(made.site.url("/admin/login/?next=/admin/"))
    page.locator('input[name="username"]').fill("dora")
    page.locator('input[name="password"]').fill("demo-dora")
    page.locator('input[type="submit"]').click()
    return page


@pytest.fixture
def page(browser: Browser, made: Made) -> Iterator[Page]:
    page = enter(browser, made)
    page.goto(made.url("long"))
    expect(page.locator(".rtc-plot canvas")).to_have_count(10)
    yield page
    errors = page.errors  # type: ignore[attr-defined]
    page.context.close()
    assert errors == []


def overlay(page: Page, index: int) -> Any:
    """The part of a chart that the pointer moves over."""
    return page.locator(".rtc-plot .u-over").nth(index)


def hover(page: Page, index: int, share: float) -> None:
    box = overlay(page, index).bounding_box()
    page.mouse.move(box["x"] + box["width"] * share, box["y"] + 40)


def readout(page: Page) -> str:
    return page.locator("[data-rtc-readout]").inner_text()


def test_every_metric_has_a_chart_with_ink_in_it(page: Page) -> None:
    for index in range(10):
        overlay(page, index).scroll_into_view_if_needed()
        assert len(page.evaluate(INK, index)) >= 3, index


def test_the_pointer_reads_all_charts_at_once(page: Page) -> None:
    before = page.locator("[data-rtc-median]").all_inner_texts()
    hover(page, 0, 0.5)
    after = page.locator("[data-rtc-median]").all_inner_texts()
    assert len(before) == len(after) == 20
    assert sum(one != two for one, two in zip(before, after, strict=True)) > 8
    assert re.search(r"\b1:3\d:\d\d\b", readout(page))
    expect(page.locator(".rtc-plot .u-cursor-x:not(.u-off)")).to_have_count(10)
    page.mouse.move(5, 5)
    assert page.locator("[data-rtc-median]").all_inner_texts() == before
    assert "Drag over a stretch" in readout(page)


def test_in_a_gap_there_is_no_value(page: Page) -> None:
    hover(page, 0, (48 + 82 * 60) / (3 * 3600 + 48))  # the customer was away from minute 80 to 84
    values = page.locator("figure").first.locator("[data-rtc-median]").all_inner_texts()
    assert values == ["–", "–"]


def test_no_line_is_drawn_across_the_gap(page: Page) -> None:
    """Zoomed to minutes 70 to 95: of each party's colour nothing lies between minute 81 and 84."""
    for index in (0, 3):
        box = overlay(page, index).bounding_box()
        span = box["width"] / (3 * 3600 - 10)
        page.mouse.move(box["x"] + 70 * 60 * span, box["y"] + 50)
        page.mouse.down()
        page.mouse.move(box["x"] + 95 * 60 * span, box["y"] + 50, steps=5)
        page.mouse.up()
        columns = page.evaluate(LINES, [index, ["36,99,214", "217,112,12"]])
        gap = [any(columns[int(len(columns) * share)]) for share in (0.47, 0.50, 0.53)]
        beside = [
            any(any(columns[int(len(columns) * share) + step]) for step in range(6)) for share in (0.2, 0.35, 0.7)
        ]
        assert beside == [True] * 3
        assert gap == [False] * 3
        page.get_by_role("button", name="Whole call").click()
        page.mouse.move(5, 5)


def test_a_mark_is_read_in_a_sentence(page: Page) -> None:
    box = overlay(page, 1).bounding_box()
    said = set()
    for pixel in range(0, int(box["width"]), 4):
        page.mouse.move(box["x"] + pixel, box["y"] + 50)
        said.add(readout(page))
    assert any("lost the connection to the server" in text for text in said)
    assert any("The recording runs" in text for text in said)


def test_dragging_zooms_all_charts_and_the_button_shows_the_whole_call_again(page: Page) -> None:
    whole = page.get_by_role("button", name="Whole call")
    expect(whole).to_be_hidden()
    ink = page.evaluate(INK.replace("return [...seen]", "return canvas.toDataURL()"), 3)
    box = overlay(page, 0).bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 50, steps=5)
    page.mouse.up()
    expect(whole).to_be_visible()
    assert page.evaluate(INK.replace("return [...seen]", "return canvas.toDataURL()"), 3) != ink
    hover(page, 4, 0.99)
    assert re.search(r"\b0?:?5\d:\d\d\b", readout(page)), readout(page)  # 30 % of three hours, in another chart
    whole.click()
    expect(whole).to_be_hidden()
    page.mouse.move(5, 5)
    hover(page, 4, 0.99)
    assert re.search(r"\b[23]:\d\d:\d\d\b", readout(page)), readout(page)


def test_colours_follow_the_admins_switch(page: Page) -> None:
    light = set(page.evaluate(INK, 0))
    page.evaluate("() => { document.documentElement.dataset.theme = 'dark'; }")
    page.evaluate("() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))")
    dark = set(page.evaluate(INK, 0))
    assert "36,99,214" in light and "122,165,255" in dark and "36,99,214" not in dark


def test_charts_take_the_width_that_there_is(page: Page) -> None:
    for width in (1440, 900, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))")
        figures = page.locator("figure.rtc-chart").first.bounding_box()
        plot = page.locator(".rtc-plot .uplot").first.bounding_box()
        assert abs(figures["width"] - plot["width"]) <= 1
        story = page.locator(".rtc-story")
        assert story.evaluate("(box) => box.scrollWidth <= box.clientWidth + 1")


def test_without_a_script_the_table_is_pointed_to(browser: Browser, made: Made) -> None:
    page = enter(browser, made, java_script_enabled=False)
    page.goto(made.url("long"))
    expect(page.get_by_text("The table below has the same values.")).to_be_visible()
    page.get_by_text("The same as a table").click()
    assert page.locator(".rtc-twin tbody tr").count() > 400
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["long", "text", "missed"])
@pytest.mark.parametrize(("device", "width"), [("pc", 1440), ("phone", 390)])
def test_it_looks_right(browser: Browser, made: Made, name: str, device: str, width: int, scheme: str) -> None:
    page = enter(browser, made, viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(made.url(name))
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"call-{name}-{device}-{scheme}.png", full_page=True)
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), "nothing sticks out"
    page.context.close()
