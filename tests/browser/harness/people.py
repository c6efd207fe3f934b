"""Alice at a product page and Bob at the workbench: what they do, as small steps.

Each person has a browser context of their own with a camera and a microphone that prove whose they are (`media.py`).
Steps wait for what they cause; a step that does not come true raises Playwright's TimeoutError or AssertionError.
"""

from __future__ import annotations

import json
from base64 import b32decode
from typing import Any

from django_otp.oath import totp
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from . import media
from .media import ALICE, BOB, CHARLIE, Person

PRODUCT = "teapot"
SOCKET_SECONDS = 15


MOVEMENT = """async (video) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 32, height: 18 });
    const context = canvas.getContext("2d", { willReadFrequently: true });
    const look = () => {
        context.drawImage(video, 0, 0, 32, 18);
        return context.getImageData(0, 0, 32, 18).data.join();
    };
    for (let first = null, n = 0; n < 100; n += 1) {
        await new Promise((done) => setTimeout(done, 150));
        if (!video.videoWidth) continue;
        first ??= look();
        if (look() !== first) return true;
    }
    return false;
}"""


class Caller:
    """A person with a context and one open page."""

    def __init__(self, context: BrowserContext, base: str, person: Person) -> None:
        self.context, self.base, self.person = context, base, person
        media.equip(context, person)
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self._listen(self.page)
        context.on("page", self._listen)

    def _listen(self, page: Page) -> None:
        """Keep what the page complains about: script errors, refused inline code, missing files."""
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)

    def go(self, path: str) -> None:
        self.page.goto(self.base + path)

    def part(self, name: str) -> Locator:
        """The element with this `data-part`, also inside the widget's shadow root."""
        raise NotImplementedError

    def sees(self, other: Person) -> None:
        """The other's camera is shown and its picture runs."""
        media.expect_moving_picture(self.page, other)

    def hears(self, other: Person) -> None:
        media.expect_voice(self.page, other)

    def loses_data_channels(self) -> int:
        """Close every data channel of the page, as a middlebox might; answers how many there were."""
        script = """() => rtcTest.connections.flatMap((pc) => [...(pc.rtcTestChannels ?? [])])
            .map((channel) => channel.close()).length"""
        count: int = self.page.evaluate(script)
        return count

    def close(self) -> None:
        self.context.close()


class Customer(Caller):
    """Somebody in the shop. The widget lives in an open shadow root, which CSS selectors of Playwright enter."""

    @classmethod
    def enter(
        cls, browser: Browser, base: str, *, name: str | None = None, person: Person = ALICE, **context: Any
    ) -> Customer:
        """A guest, or the demo's customer `name`, with a fresh context (`context` goes to Playwright)."""
        customer = cls(browser.new_context(**context), base, person)
        if name is not None:
            customer.log_in(name)
        return customer

    def part(self, name: str) -> Locator:
        return self.page.locator(f'rtc-call [data-part="{name}"]')

    @property
    def launcher(self) -> Locator:
        return self.page.locator("rtc-call button.launcher")

    def log_in(self, name: str) -> None:
        self.go("/login/")
        self.page.locator('input[name="username"]:visible').fill(name)
        self.page.locator('input[name="password"]:visible').fill(f"demo-{name}")
        self.page.locator("form.fields button").click()
        self.page.wait_for_url(lambda url: "/login" not in url)

    def open_product(self, slug: str = PRODUCT) -> None:
        self.go(f"/product/{slug}/")
        self.launcher.wait_for()

    def open_first_product(self) -> None:
        """Whatever the shop shows first."""
        self.go("/")
        self.page.locator('a[href*="/product/"]').first.click()
        self.launcher.wait_for()

    def call(self) -> None:
        """The click. What follows is waited for by `waits`, `talks`."""
        self.launcher.click()

    def waits(self) -> None:
        """The window is open and a place in the queue or a ring is shown."""
        self.part("lobby").wait_for(timeout=SOCKET_SECONDS * 1000)

    def talks(self) -> None:
        """The conversation is on the screen."""
        self.part("stage").wait_for(timeout=30_000)

    def says(self, text: str) -> None:
        self.open_chat()
        self.part("message").fill(text)
        self.page.locator("rtc-call button.send").click()

    def reads(self, text: str) -> None:
        self.open_chat()
        expect(self.part("log")).to_contain_text(text, timeout=10_000)

    def open_chat(self) -> None:
        """On a small window the messages are behind a button."""
        if not self.part("message").is_visible():
            self.part("tool-chat").click()
            self.part("message").wait_for()

    def hangs_up(self) -> None:
        self.part("tool-hang-up").click()

    def goes_on_with(self, means: str) -> None:
        """After a device problem: "audio" or "text"."""
        self.part(f"problem-{means}").click()

    def second_tab(self) -> Customer:
        """The same person, another tab of the same browser."""
        other = object.__new__(Customer)
        other.context, other.base, other.person, other.complaints = self.context, self.base, self.person, []
        other.page = self.context.new_page()
        return other

    def phase_shows(self, banner: str) -> None:
        """The banner above the picture: offline, reconnecting, other_lost, weak."""
        self.page.locator(f'rtc-call [data-part="banner"][data-kind="{banner}"]').wait_for(timeout=25_000)

    def state(self) -> dict[str, Any]:
        """The session's state without its live objects."""
        script = """() => JSON.stringify(document.querySelector("rtc-call").session.state,
            (key, value) => value instanceof EventTarget ? undefined : value)"""
        state: dict[str, Any] = json.loads(self.page.evaluate(script))
        return state

    def sees_the_end(self) -> None:
        self.part("after").wait_for(timeout=15_000)

    def rates(self, score: int, comment: str = "") -> None:
        # The radio button itself is hidden behind its star.
        self.page.locator(f'rtc-call label.star:has(input[value="{score}"])').click()
        if comment:
            self.part("comment").fill(comment)
        self.part("rating-send").click()
        self.part("thanks").wait_for()

    def ticket_number(self) -> str:
        """Waits until the end page names the ticket."""
        self.part("ticket").wait_for(timeout=20_000)
        return self.part("ticket-number").inner_text()


class Agent(Caller):
    """Somebody of the staff at the workbench."""

    @classmethod
    def enter(cls, browser: Browser, base: str, *, name: str = "bob", person: Person = BOB, **context: Any) -> Agent:
        """Log in and open the workbench."""
        agent = cls(browser.new_context(**context), base, person)
        agent.log_in(name)
        return agent

    def part(self, name: str) -> Locator:
        return self.page.locator(f'#rtc-workbench [data-part="{name}"]')

    def inside(self, element: str, name: str) -> Locator:
        """A part of one of the workbench's elements, e.g. `inside("offer", "accept")`."""
        return self.page.locator(f'rtc-desk-{element} [data-part="{name}"]')

    def log_in(self, name: str) -> None:
        self.go("/workbench/")
        self.page.locator('input[name="username"]:visible').fill(name)
        self.page.locator('input[name="password"]:visible').fill(f"demo-{name}")
        self.page.locator('form.rtc-form button[type="submit"], form.fields button').first.click()
        self.page.locator("#rtc-workbench").wait_for()

    def starts_work(self) -> None:
        """At work, and nobody waits."""
        self.begins()
        self.is_in("ready")

    def begins(self) -> None:
        """The first card of the day: sound, camera, ready. Who was at work a moment ago is ready without it."""
        script = """() => {
            const start = document.querySelector('rtc-desk-start [data-part="start"]');
            if (start?.offsetParent && !start.disabled) return "start";
            const { state } = document.querySelector("rtc-desk-presence")?.dataset ?? {};
            return state && state !== "offline" ? state : null;
        }"""
        state = self.page.wait_for_function(script, timeout=SOCKET_SECONDS * 1000).json_value()
        if state == "start":
            self.inside("start", "start").click()
        elif state != "ready":
            self.inside("presence", "ready").click()

    def answers_by_itself(self) -> None:
        """Ready, accepting every offer and finishing every wrap-up at once (needs `AUTO_ACCEPT` in the settings)."""
        self.go("/workbench/?auto_accept=1")
        self.is_in("ready")

    def is_in(self, state: str, seconds: float = SOCKET_SECONDS) -> None:
        """Wait for a presence state: offline, ready, reserved, busy, wrap_up, away."""
        self.page.locator(f'rtc-desk-presence[data-state="{state}"]').wait_for(timeout=seconds * 1000)

    def is_rung(self) -> None:
        self.inside("offer", "dialog").wait_for(timeout=SOCKET_SECONDS * 1000)

    def accepts(self) -> None:
        self.is_rung()
        self.inside("offer", "accept").click()

    def declines(self) -> None:
        self.is_rung()
        self.inside("offer", "decline").first.click()

    def talks(self) -> None:
        self.page.locator("rtc-desk-stage[data-seen]").wait_for(timeout=30_000)

    def sees_movement(self) -> None:
        """A picture without a time code (another browser's own test camera) that runs."""
        video = self.inside("stage", "remote")
        assert video.evaluate(MOVEMENT), "the picture stands still"

    def says(self, text: str) -> None:
        self.inside("chat", "text").fill(text)
        self.inside("chat", "send").click()

    def reads(self, text: str) -> None:
        expect(self.inside("chat", "list")).to_contain_text(text, timeout=10_000)

    def hangs_up(self) -> None:
        self.inside("controls", "hang-up").click()

    def leaves(self) -> None:
        """Away, whatever was going on: the next test's agent must find nothing left."""
        self.page.goto("about:blank")

    def finishes(self, code: str | None = None, note: str = "") -> None:
        """The wrap-up; `code` is a code's value, by default the first one offered."""
        self.inside("wrap-up", "form").wait_for(timeout=SOCKET_SECONDS * 1000)
        which = f'[value="{code}"]' if code else ""
        self.page.locator(f'rtc-desk-wrap-up label.rtc-code:has(input[name="code"]{which})').first.click()
        if note:
            self.inside("wrap-up", "note").fill(note)
        self.inside("wrap-up", "finish").click()
        self.is_in("ready")

    def state(self) -> dict[str, Any]:
        """`session.state` of the workbench without its live objects."""
        script = """() => JSON.stringify(document.querySelector("rtc-desk-stage").session.state,
            (key, value) => value instanceof EventTarget ? undefined : value)"""
        state: dict[str, Any] = json.loads(self.page.evaluate(script))
        return state


class Supervisor(Caller):
    """Somebody in the back office, with an authenticator app."""

    @classmethod
    def enter(cls, browser: Browser, base: str, *, name: str = "dora", **context: Any) -> Supervisor:
        supervisor = cls(browser.new_context(**context), base, CHARLIE)
        supervisor.go("/admin/login/?next=/admin/rtc_service/call/")
        supervisor.page.locator('input[name="username"]').fill(name)
        supervisor.page.locator('input[name="password"]').fill(f"demo-{name}")
        supervisor.page.locator('input[type="submit"]').click()
        return supervisor

    def enrols(self) -> None:
        """Scan (here: type off) the key, confirm it, keep the backup codes, go on to where one wanted to go."""
        key = self.page.locator(".rtc-otp-key code").text_content() or ""
        self.page.locator('input[name="code"]').fill(self.code(key))
        self.page.locator(".rtc-otp-form button").click()
        expect(self.page.locator(".rtc-otp-codes li")).to_have_count(10)
        self.page.locator(".rtc-otp-button").click()

    @staticmethod
    def code(key: str) -> str:
        """What the app shows for a base32 key now (RFC 6238)."""
        key = key.replace(" ", "").upper()
        return f"{totp(b32decode(key + '=' * (-len(key) % 8))):06d}"

    def opens_the_newest_call(self) -> None:
        self.go("/admin/rtc_service/call/")
        self.page.locator("#result_list tbody th a").first.click()
        self.page.locator(".rtc-timeline, [data-rtc-timeline]").first.wait_for()
