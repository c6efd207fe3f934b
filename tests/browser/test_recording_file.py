"""A finished recording in Chromium: it plays, knows its length, and seeks without being read from the beginning."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from recordings.finalise.plan import plan
from recordings.finalise.remux import remux
from tests.recordings.finalise_clocks import Sender
from tests.recordings.finalise_media import FinalFile, Sent, sent, stored

SECONDS = 120
PADDING = 4_000  # bytes that no decoder reads, in each picture: a file of usual size, which is not fetched at once
PAGE = b'<!doctype html><meta charset="utf-8"><video id="player" preload="metadata" src="/file.webm" muted></video>'

SEEK = """async ([at]) => {
  const player = document.getElementById("player");
  const soon = (name) => new Promise((resolve, reject) => {
    player.addEventListener(name, resolve, { once: true });
    player.addEventListener("error", () => reject(player.error.message), { once: true });
  });
  if (player.readyState < 1) await soon("loadedmetadata");
  const done = soon("seeked");
  player.currentTime = at;
  await done;
  const canvas = new OffscreenCanvas(8, 8);
  const context = canvas.getContext("2d");
  context.drawImage(player, 0, 0, 8, 8);
  const [red] = context.getImageData(4, 4, 1, 1).data;
  return { duration: player.duration, at: player.currentTime, white: red > 128 };
}"""

PLAY = """async () => {
  const player = document.getElementById("player");
  const from = player.currentTime;
  await player.play();
  while (player.currentTime < from + 1) await new Promise((resolve) => player.requestVideoFrameCallback(resolve));
  player.pause();
  return { sound: player.webkitAudioDecodedByteCount, pictures: player.getVideoPlaybackQuality().totalVideoFrames };
}"""


@dataclass
class Shop:
    """A web server that decrypts what is asked for. `begun`: where ranges began; `sent`: bytes."""

    file: FinalFile
    begun: list[int] = field(default_factory=list)
    sent: int = 0
    base: str = ""


def handler(shop: Shop) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            pass

        def do_GET(self) -> None:
            if self.path != "/file.webm":
                self._answer(200, "text/html", PAGE if self.path == "/" else b"")
                return
            with shop.file.open() as source:
                size = source.seek(0, os.SEEK_END)
                wanted = self.headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")
                first, last = int(wanted[0]), int(wanted[2] or size - 1)
                shop.begun.append(first)
                self.send_response(206)
                self.send_header("Content-Type", "video/webm")
                self.send_header("Accept-Ranges", "bytes")
                self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
                self.send_header("Content-Length", str(last - first + 1))
                self.end_headers()
                source.seek(first)
                left = last - first + 1
                try:
                    while left and (part := source.read(min(left, 65_536))):
                        self.wfile.write(part)
                        left -= len(part)
                        shop.sent += len(part)
                except OSError:  # the browser has enough
                    self.close_connection = True

        def _answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """A recording of two minutes, encrypted; its party was away from 40 to 45 s."""
    sender = Sender(1, 30.0, 50e-6)
    parts = [
        stored(1, sender, [heavy(frame) for frame in sent(0, 40)]),
        stored(2, sender, [heavy(frame) for frame in sent(45, SECONDS)]),
    ]
    one, file = plan([part.source() for part in parts]), FinalFile()
    with file.writer:
        remux(one, file.writer, begins=one.begins)
    running = Shop(file)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(running))
    running.base = f"http://127.0.0.1:{server.server_address[1]}/"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield running
    server.shutdown()
    server.server_close()
    thread.join(10)


def heavy(frame: Sent) -> Sent:
    return Sent(frame.kind, frame.moment, frame.data + os.urandom(PADDING) * (frame.kind == "video"), frame.key)


@pytest.fixture
def page(browser: Browser, shop: Shop) -> Iterator[Page]:
    page = browser.new_page()
    page.goto(shop.base)
    yield page
    page.close()


def test_it_knows_its_length_and_seeks_by_its_cues(page: Page, shop: Shop) -> None:
    size = len(shop.file.plain())
    shop.begun.clear()
    shop.sent = 0
    flash, dark = page.evaluate(SEEK, [100.05]), page.evaluate(SEEK, [100.6])
    assert flash["duration"] == pytest.approx(SECONDS, abs=0.2)
    assert flash["white"] and not dark["white"]
    assert any(first > size * 0.6 for first in shop.begun), (
        "it jumped to the place by its cues, and did not read on to there"
    )

    assert page.evaluate(SEEK, [10.05])["white"]  # and back


def test_it_plays_with_sound_and_over_the_gap(page: Page, shop: Shop) -> None:
    page.evaluate(SEEK, [39.5])
    played = page.evaluate(PLAY)
    assert played["sound"] > 0 and played["pictures"] > 10
    assert page.evaluate(SEEK, [44.0])["at"] == pytest.approx(44.0, abs=0.01)
    assert page.evaluate(SEEK, [46.05])["white"]
