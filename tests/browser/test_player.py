"""The player of recordings in a real browser: both parties' encrypted files, one clock."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.harness.demo_server import Site, python, site

SHOTS = Path(__file__).parent / "shots"
SETTINGS = {"core": {"ADMIN_REQUIRES_OTP": False}, "recordings": {"PIECE_BYTES": 200_000}}
# What each visible picture shows, in seconds of the recording: see tests/harness/recorded.py.
CODES = """() => [...document.querySelectorAll("rtc-player video")].map((video) => {
  if (!video.videoWidth) return -1;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  const context = canvas.getContext("2d");
  context.drawImage(video, 0, 0);
  const block = Math.floor(canvas.width / 14);
  const row = context.getImageData(0, Math.floor(block / 4), canvas.width, 1).data;
  let units = 0;
  for (let bit = 0; bit < 14; bit += 1) if (row[(bit * block + Math.floor(block / 2)) * 4] > 127) units |= 1 << bit;
  return units * 0.05;
})"""
# Both pictures and the clock, once per shown frame, for so many milliseconds.
WATCH = f"""async (ms) => {{
  const codes = {CODES};
  const player = document.querySelector("rtc-player");
  const seen = [];
  for (const end = performance.now() + ms; performance.now() < end; ) {{
    await new Promise(requestAnimationFrame);
    seen.push({{ codes: codes(), at: player.position, skew: player.skew }});
  }}
  return seen;
}}"""


def until(page: Page, check: str, arg: Any = None, seconds: float = 15.0) -> None:
    """Wait for a JavaScript function to hold. Playwright's own wait evaluates strings, which the policy forbids."""
    script = f"""async ([arg, ms]) => {{
      const check = {check};
      for (const end = performance.now() + ms; performance.now() < end; ) {{
        if (check(arg)) return true;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }}
      return false;
    }}"""
    assert page.evaluate(script, [arg, seconds * 1000]), f"never true: {check} {arg or ''}"


@dataclass(frozen=True)
class Made:
    """The seeded recording: its addresses."""

    site: Site
    call: int
    recording: str

    def url(self, page: str = "play") -> str:
        return self.site.url(f"/recordings/{self.recording}/{page}/")


@pytest.fixture(scope="module")
def made() -> Iterator[Made]:
    with site(rtc_service=SETTINGS) as running:
        yield seeded(running)


def seeded(running: Site) -> Made:
    told = json.loads(python("-m", "tests.harness.recorded", env=running.env))
    return Made(running, told["call_pk"], told["recording"])


def log_in(browser: Browser, made: Made, **context: Any) -> Page:
    """The supervisor's browser; errors of the page fail the test."""
    page = browser.new_context(**context).new_page()
    page.goto(made.site.url("/admin/login/?next=/admin/"))
    page.locator('input[name="username"]').fill("dora")
    page.locator('input[name="password"]').fill("demo-dora")
    page.locator('input[type="submit"]').click()
    return page


def open_player(page: Page, made: Made) -> None:
    page.goto(made.url())
    page.locator("textarea").fill("complaint 4711: what was said about the lid")
    page.locator("form button[type=submit]").click()
    until(page, "() => [...document.querySelectorAll('video')].every((v) => v.readyState >= 3 && !v.seeking)")


@pytest.fixture
def page(browser: Browser, made: Made) -> Iterator[Page]:
    page = log_in(browser, made, viewport={"width": 1440, "height": 900}, timezone_id="Asia/Taipei")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if "Security Policy" in message.text else None)
    open_player(page, made)
    yield page
    page.context.close()
    assert errors == []


def seek(page: Page, at: float) -> None:
    """Move the slider as a person would, and wait until both pictures stand there."""
    page.evaluate("(at) => document.querySelector('rtc-player').seek(at)", at)
    settled(page, at)


def settled(page: Page, at: float, *, within: float = 0.11) -> None:
    until(page, f"([at, within]) => ({CODES})().every((code) => Math.abs(code - at) <= within)", [at, within])


def play(page: Page) -> None:
    page.get_by_role("button", name="Play", exact=True).click()
    until(page, "() => document.querySelector('rtc-player').clock.running")


def watch(page: Page, seconds: float) -> list[dict[str, Any]]:
    seen: list[dict[str, Any]] = page.evaluate(WATCH, seconds * 1000)
    return seen


def test_it_plays_and_both_stay_in_step(page: Page) -> None:
    play(page)
    until(page, "() => document.querySelector('rtc-player').position > 1.5")
    seen = watch(page, 4)
    apart = sorted(abs(one["codes"][0] - one["codes"][1]) for one in seen)
    behind = sorted(abs(one["codes"][0] - one["at"]) for one in seen)
    assert seen[-1]["at"] - seen[0]["at"] > 3
    assert len({one["codes"][0] for one in seen}) > 20, "the picture moves"
    # A frame lasts 50 ms, so that two pictures of the same moment may differ by one.
    assert apart[int(len(apart) * 0.9)] <= 0.101, apart[-10:]
    assert behind[int(len(behind) * 0.9)] <= 0.151, behind[-10:]
    skews = sorted(one["skew"] for one in seen if one["skew"] is not None)
    assert skews[int(len(skews) * 0.9)] <= 50, skews[-10:]


@pytest.mark.parametrize("push", [1.0, -0.8, 0.2])
def test_a_party_that_got_out_of_step_comes_back(page: Page, push: float) -> None:
    """By a jump, or by its rate."""
    seek(page, 5.0)
    play(page)
    page.evaluate("(push) => (document.querySelectorAll('video')[0].currentTime += push)", push)
    until(page, "() => document.querySelector('rtc-player').position > 9")
    apart = sorted(abs(one["codes"][0] - one["codes"][1]) for one in watch(page, 1.5))
    assert apart[int(len(apart) * 0.9)] <= 0.101, apart[-10:]


def test_a_click_on_the_middle_shows_the_middle(page: Page) -> None:
    bar = page.get_by_role("slider", name="Position in the recording")
    box = bar.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    settled(page, 30.0, within=0.3)
    expect(page.locator('[data-part="now"]')).to_have_text("0:30")
    expect(bar).to_have_attribute("aria-valuetext", "0:30 of 1:00")


def test_a_mark_leads_to_its_moment_and_the_list_follows(page: Page) -> None:
    mark = page.locator('.rtc-mark[data-kind="message"]').nth(1)
    at = float(mark.get_attribute("data-at") or 0)
    mark.click()
    settled(page, at)
    current = page.locator(".rtc-entries [aria-current]")
    expect(current).to_contain_text("it turns a quarter")
    page.locator(".rtc-entries button", has_text="dishwasher").click()
    settled(page, 42.4, within=1.0)
    expect(current).to_contain_text("dishwasher")


def test_keys_jump_and_change_the_speed(page: Page) -> None:
    seek(page, 5.0)
    page.keyboard.press("l")
    settled(page, 15.0)
    page.keyboard.press("j")
    settled(page, 5.0)
    for _step in range(3):
        page.keyboard.press(">")
    expect(page.get_by_label("Speed")).to_have_value("2")
    page.keyboard.press("k")
    until(page, "() => document.querySelector('rtc-player').clock.running")
    seen = watch(page, 3)
    assert 4.5 < seen[-1]["at"] - seen[0]["at"] <= 6.3
    apart = sorted(abs(one["codes"][0] - one["codes"][1]) for one in seen)
    assert apart[int(len(apart) * 0.9)] <= 0.201, apart[-10:]
    page.keyboard.press(" ")
    until(page, "() => !document.querySelector('rtc-player').clock.running")


def test_where_nothing_was_recorded_it_says_so_and_goes_on_afterwards(page: Page) -> None:
    covers = page.locator('.rtc-cover:not([hidden])[data-kind="gap"]')
    page.evaluate("document.querySelector('rtc-player').seek(22)")
    expect(covers).to_have_count(2)
    expect(covers.first).to_contain_text("No recording here")
    expect(covers.first).to_contain_text("It goes on at 0:24")
    page.get_by_role("button", name="Skip").click()
    settled(page, 24.0)
    expect(covers).to_have_count(0)
    page.evaluate("document.querySelector('rtc-player').seek(35.5)")
    play(page)
    expect(covers).to_have_count(1)  # the customer's alone; the other goes on
    until(page, "() => document.querySelector('rtc-player').position > 40.5")
    seen = watch(page, 1)
    apart = sorted(abs(one["codes"][0] - one["codes"][1]) for one in seen)
    assert apart[len(apart) // 2] <= 0.101


def test_the_sound_of_one_party_is_switched_off_alone(page: Page) -> None:
    page.get_by_role("button", name="Sound of A••• off").click()
    assert page.evaluate("[...document.querySelectorAll('video')].map((v) => v.muted)") == [True, False]
    page.get_by_role("slider", name="Volume of Bob").fill("40")
    assert page.evaluate("document.querySelectorAll('video')[1].volume") == pytest.approx(0.4)
    page.keyboard.press("m")
    assert page.evaluate("[...document.querySelectorAll('video')].map((v) => v.muted)") == [True, True]


def test_the_time_of_day_is_the_viewers(page: Page) -> None:
    shown = page.locator('[data-part="wall"]').inner_text()
    begins = page.locator("rtc-player").get_attribute("data-begins")
    script = "(at) => new Intl.DateTimeFormat('en', {hour: '2-digit', minute: '2-digit', second: '2-digit', timeZone: 'Asia/Taipei'}).format(new Date(at))"  # noqa: E501
    assert shown == page.evaluate(script, begins)


def test_links_are_renewed_while_it_plays_and_nothing_is_seen_of_it(page: Page) -> None:
    play(page)
    before = page.evaluate("[...document.querySelectorAll('video')].map((v) => v.src)")
    page.evaluate("void document.querySelector('rtc-player').links.renew()")
    until(page, "(before) => [...document.querySelectorAll('video')].every((v, i) => v.src !== before[i])", before)
    seen = watch(page, 2)
    apart = sorted(abs(one["codes"][0] - one["codes"][1]) for one in seen)
    assert seen[-1]["at"] - seen[0]["at"] > 1.5
    assert apart[int(len(apart) * 0.8)] <= 0.101, apart[-10:]


def test_a_link_that_died_is_replaced_when_the_next_piece_is_asked_for(page: Page) -> None:
    """The laptop slept: the addresses are dead, and the viewing is alive."""
    dead = "/recordings/media/dead/"
    page.evaluate(
        "(dead) => { for (const s of document.querySelector('rtc-player').screens) s.video.src = dead; }", dead
    )
    until(page, "() => [...document.querySelectorAll('video')].every((v) => !v.src.includes('dead'))")
    seek(page, 50.0)


def test_when_the_network_is_gone_it_says_so_and_comes_back(page: Page) -> None:
    page.context.set_offline(True)
    page.evaluate("void document.querySelector('rtc-player').links.renew()")
    notice = page.locator('[data-part="notice"]')
    expect(notice).to_contain_text("The connection is gone")
    page.context.set_offline(False)
    expect(notice).to_be_hidden(timeout=15_000)
    seek(page, 45.0)


def test_when_the_viewing_is_over_it_asks_for_a_reason(page: Page, made: Made) -> None:
    page.context.clear_cookies()
    page.evaluate("void document.querySelector('rtc-player').links.renew()")
    notice = page.locator('[data-part="notice"]')
    expect(notice).to_contain_text("This viewing is over")
    expect(notice.get_by_role("link")).to_have_attribute("href", f"/recordings/{made.recording}/play/")


@pytest.mark.parametrize("device", ["pc", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_face(browser: Browser, made: Made, device: str, scheme: str) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}
    context = phone if device == "phone" else {"viewport": {"width": 1440, "height": 900}}
    page = log_in(browser, made, color_scheme=scheme, **context)
    SHOTS.mkdir(exist_ok=True)
    page.goto(made.url())
    page.screenshot(path=SHOTS / f"player-reason-{device}-{scheme}.png")
    open_player(page, made)
    play(page)
    seek(page, 42.6)
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0
    page.wait_for_timeout(600)  # scrolling; nothing is asserted about time
    page.screenshot(path=SHOTS / f"player-{device}-{scheme}.png", full_page=device == "phone")
    page.evaluate("document.querySelector('rtc-player').pause()")
    page.evaluate("document.querySelector('rtc-player').seek(22)")
    expect(page.locator('.rtc-cover:not([hidden])[data-kind="gap"]')).to_have_count(2)
    page.screenshot(path=SHOTS / f"player-gap-{device}-{scheme}.png")
    page.context.close()


def test_a_damaged_file_says_so_and_the_other_party_goes_on(browser: Browser, made: Made) -> None:
    broken = seeded(made.site)
    file = max((made.site.data / "recordings" / broken.recording).glob("*.rec"), key=lambda path: path.stat().st_size)
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 1
    file.write_bytes(raw)
    page = log_in(browser, broken)
    open_player(page, broken)
    page.evaluate("document.querySelector('rtc-player').seek(30)")
    play(page)
    expect(page.locator('.rtc-cover[data-kind="broken"]')).to_contain_text("the file was changed", timeout=20_000)
    before = page.evaluate("document.querySelector('rtc-player').position")
    until(page, "(before) => document.querySelector('rtc-player').position > before + 1", before)
    page.context.close()
