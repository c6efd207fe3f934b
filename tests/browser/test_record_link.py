"""A real browser's end of a link to a recorder: it gives picture and sound, gets nothing, never offers by itself."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from recordings.capture.peer import PartyCapture
from recordings.capture.rehearsal import MemorySink

STATIC = Path(__file__).parents[2] / "rtc_service" / "static"
BITRATE = 600_000
SECONDS = 20.0
# The browser's half of the signalling: what the page says is kept in `said`, the test speaks through `links`.
PAGE = """async (bitrate) => {
  const { Links } = await import("/rtc_service/js/links.js");
  const { ServerClock } = await import("/rtc_service/js/clock.js");
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 360 } });
  const tracks = { audio: stream.getAudioTracks()[0], video: stream.getVideoTracks()[0] };
  const test = (window.rtcTest = { said: [], errors: [], windows: 0, tracks, peers: [] });
  const Peer = RTCPeerConnection;
  window.RTCPeerConnection = class extends Peer { constructor(...given) { super(...given); test.peers.push(this); } };
  const deliver = async (kind, body) => void test.said.push({ kind, ...body });
  const signalling = { state: "open", clock: new ServerClock(), deliver, send: () => true, drop() {} };
  const expected = () => ({ audio: true, video: true });
  test.links = new Links({ signalling, configuration: () => ({ iceServers: [] }), tracks: () => tracks, expected });
  test.links.addEventListener("error", ({ detail }) => test.errors.push(String(detail)));
  test.links.addEventListener("window", () => (test.windows += 1));
  test.offer = (link, generation, sdp) => {
    const peer = { participant: "c0a8012e-7f7b-4f9e-8f6c-3a1a5b8d2c03", role: "recorder", name: "" };
    const profile = { ice_servers: [], video: { bitrate } };
    test.links.open({ link, generation, kind: "record", peer, polite: false, offer: false, profile }, "call");
    test.links.receive("link.description", { link, generation, n: 1, type: "offer", sdp });
  };
}"""


class Blank(SimpleHTTPRequestHandler):
    """The static files, and one empty page."""

    def do_GET(self) -> None:
        if self.path != "/":
            return super().do_GET()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>test</title>")
        return None

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Blank, directory=str(STATIC)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{server.server_port}/")
    page.evaluate(PAGE, BITRATE)
    yield page
    context.close()
    server.shutdown()
    server.server_close()


class Recorder:
    """Captures in an event loop of its own, beside Playwright's."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.captures: list[PartyCapture] = []

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(SECONDS)

    async def _make(self) -> PartyCapture:
        return PartyCapture(
            open_segment=MemorySink, bitrate=BITRATE, ice_servers=[], addresses=[], on_change=lambda: None
        )

    def offers(self, page: Page, link: str, generation: int = 1) -> PartyCapture:
        """A capture that has offered to the page and has its answer."""
        capture: PartyCapture = self.run(self._make())
        self.captures.append(capture)
        page.evaluate("([link, n, sdp]) => rtcTest.offer(link, n, sdp)", [link, generation, self.run(capture.offer())])
        script = """([link, n]) => rtcTest.said.find((one) => one.kind === "link.description"
            && one.link === link && one.generation === n)?.sdp"""
        self.run(capture.answer(page.wait_for_function(script, arg=[link, generation]).json_value()))
        return capture

    def close(self) -> None:
        for capture in self.captures:
            self.run(capture.close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(SECONDS)
        self.loop.close()


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    made = Recorder()
    yield made
    made.close()


def said(page: Page, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate("kind => rtcTest.said.filter((one) => one.kind === kind)", kind)
    return found


def grows(page: Page, capture: PartyCapture, *, frames: int = 0, packets: int = 0) -> None:
    """So many more pictures and packets come to the recorder within the time."""
    begin = capture.stats
    for _ in range(int(SECONDS * 10)):
        now = capture.stats
        if now.frames - begin.frames >= frames and now.packets - begin.packets >= packets:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{begin} -> {capture.stats}")


def test_a_recorder_gets_picture_and_sound_and_nothing_else_happens(page: Page, recorder: Recorder):
    capture = recorder.offers(page, "a")
    grows(page, capture, frames=60, packets=300)
    assert capture.stats.last_sound is not None
    [answer] = said(page, "link.description")
    assert answer["type"] == "answer"
    lines = answer["sdp"].splitlines()
    assert [line.split()[0] for line in lines if line.startswith("m=")] == ["m=audio", "m=video"]
    assert lines.count("a=sendonly") == 2
    assert "abs-capture-time" not in answer["sdp"]
    assert [state["state"] for state in said(page, "link.state")] == ["up"]
    assert said(page, "link.candidates") == said(page, "link.renew") == []
    script = "() => rtcTest.peers[0].getSenders().map((one) => one.getParameters().encodings[0]?.maxBitrate ?? null)"
    assert page.evaluate(script) == [None, BITRATE]
    assert page.evaluate("() => [rtcTest.links.shown, rtcTest.windows, rtcTest.errors]") == [None, 0, []]


def test_a_camera_goes_and_comes_without_a_word(page: Page, recorder: Recorder):
    capture = recorder.offers(page, "a")
    grows(page, capture, frames=10)
    page.evaluate("rtcTest.links.setTrack({ kind: 'video', track: null })")
    page.wait_for_timeout(500)  # what was on its way; then none may come for as long as sound goes on
    before = capture.stats.frames
    grows(page, capture, packets=150)
    assert capture.stats.frames == before
    page.evaluate("rtcTest.links.setTrack({ kind: 'video', track: rtcTest.tracks.video })")
    grows(page, capture, frames=10)
    assert len(said(page, "link.description")) == 1
    assert page.evaluate("() => rtcTest.errors") == []


def test_another_recorder_takes_over_by_the_next_generation(page: Page, recorder: Recorder):
    first = recorder.offers(page, "a")
    grows(page, first, frames=5)
    second = recorder.offers(page, "a", 2)
    grows(page, second, frames=30)
    assert page.evaluate("() => rtcTest.peers.map((one) => one.connectionState)") == ["closed", "connected"]
    assert [(state["generation"], state["state"]) for state in said(page, "link.state")] == [(1, "up"), (2, "up")]
