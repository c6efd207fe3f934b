"""`recording/playback_first_byte`, `recording/seek`: what the encryption costs whoever plays a recording.

Both sides are the same view in the same daphne process; the peer reads a plain file instead of the vault.
"""

from __future__ import annotations

import http.client
import json
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page

from tests.browser.harness.chromium import chromium
from tests.browser.harness.demo_server import python

from ..run import Figure, Run
from ..servers import OURS, serve
from ..stats import Leg, percentile

FIRST_NAMES = ("recording/playback_first_byte",)
SEEK_NAMES = ("recording/seek",)
MEGABYTES = 200
REQUESTS = 60
PART = 262_144  # bytes of a request
SEEKS = 20
PLAIN = ("/recordings/media/", "/recordings/plain/")
PEER = "the same view over a plain file"
# From the jump until both pictures stand at the new place and could play on; milliseconds.
SEEK = """async (at) => {
  const player = document.querySelector("rtc-player");
  const begun = performance.now();
  player.seek(at);
  const settled = () => player.screens.every((screen) => screen.ready(at) && Math.abs(screen.drift(at) ?? 0) < 0.05);
  const tick = () => new Promise((resolve) => { const { port1, port2 } = new MessageChannel();
    port1.onmessage = resolve; port2.postMessage(0); });
  while (!settled()) {
    if (performance.now() - begun > 20000) throw new Error(`no picture at ${at}`);
    await tick();
  }
  return performance.now() - begun;
}"""

TO_PLAIN = """([sealed, plain]) => {
  for (const screen of document.querySelector("rtc-player").screens) {
    screen.renew(screen.url.replace(sealed, plain), 0, 1, false);
  }
}"""


@dataclass(frozen=True)
class Played:
    """A server with a recording, and what its seed printed."""

    base: str
    made: dict[str, Any]


@contextmanager
def server(megabytes: int) -> Iterator[Played]:
    with tempfile.TemporaryDirectory(prefix="rtc-bench-data-") as data:
        env = {
            "DJANGO_SETTINGS_MODULE": "bench.project.settings",
            "RTC_DEMO_DATA": data,
            "RTC_DEMO_DATABASE_URL": "",
            "RTC_DEMO_REDIS_URL": "",
        }
        python("-m", "django", "migrate", "-v", "0", env=env)
        made = json.loads(python("-m", "bench.project.recorded", str(megabytes), env=env))
        with serve("daphne", OURS, processes=1, env=env) as running:
            yield Played(running.urls[0].replace("ws://", "http://"), made)


def first_bytes(played: Played, path: str) -> Leg:
    """Median of the times from the request to the first byte of the body, on one connection."""
    where = urlsplit(played.base)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=30)
    cookie = "; ".join(f"{name}={value}" for name, value in played.made["cookie"].items())
    size, times = MEGABYTES * 1_000_000, []
    dice = random.Random(7)
    for number in range(REQUESTS + 3):
        start = dice.randrange(size // 3, 2 * size // 3)
        begun = time.perf_counter()
        headers = {"Cookie": cookie, "Range": f"bytes={start}-{start + PART - 1}"}
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read(1)
        if number >= 3:
            times.append((time.perf_counter() - begun) * 1000)
        assert answer.status == 206 and 1 + len(answer.read()) == PART
    connection.close()
    return Leg(percentile(times, 0.5), times, {"p95_ms": percentile(times, 0.95)})


def playback_first_byte(run: Run) -> None:
    """A range in the middle of a long file, at another place each time."""
    with server(MEGABYTES) as played:
        path = played.made["media"][0]
        run.beside(
            [Figure(FIRST_NAMES[0], "ms, median", PEER)],
            lambda: first_bytes(played, path),
            lambda: first_bytes(played, path.replace(*PLAIN)),
            {"file_mb": MEGABYTES, "part_bytes": PART, "requests_per_leg": REQUESTS, "server": "daphne, SQLite"},
        )


def seeks(page: Page) -> Leg:
    """Random places that are recorded by both parties."""
    dice = random.Random(11)
    times = [page.evaluate(SEEK, dice.choice([dice.uniform(2, 18), dice.uniform(26, 34), dice.uniform(41, 57)]))
             for _number in range(SEEKS)]  # fmt: skip
    return Leg(percentile(times, 0.5), times, {"worst_ms": max(times)})


def seek(run: Run) -> None:
    """Two players in one browser, each paused; the peer's has the addresses of the plain twins."""
    with server(0) as played, chromium() as browser:
        pages = []
        for plain in (False, True):
            context = browser.new_context()
            context.add_cookies(
                [{"name": name, "value": value, "url": played.base} for name, value in played.made["cookie"].items()]
            )
            page = context.new_page()
            page.goto(played.base + played.made["player"])
            if plain:
                page.evaluate(TO_PLAIN, PLAIN)
            page.evaluate(SEEK, 1.0)
            pages.append(page)
        run.beside(
            [Figure(SEEK_NAMES[0], "ms, median", f"the same player, {PEER}")],
            lambda: seeks(pages[0]),
            lambda: seeks(pages[1]),
            {"seeks_per_leg": SEEKS, "parties": 2, "picture": "320x180, 20 a second", "server": "daphne, SQLite"},
        )
        sources = [page.evaluate("[...document.querySelectorAll('video')].map((v) => v.src)") for page in pages]
        assert [all(PLAIN[side] in source for source in sources[side]) for side in (0, 1)] == [True, True]
