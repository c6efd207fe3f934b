"""`latency/truth_error_ms`: the latency that the call itself shows, against the time code in the same picture."""

from __future__ import annotations

import json

from tests.browser.harness.chromium import chromium
from tests.browser.harness.media import ALICE, Frame

from ..run import Figure, Run
from ..stats import Leg, median
from .product import SERVER, ProductCall, shop

NAMES = ("latency/truth_error_ms",)
SECONDS = 21.0  # four windows of the quality report
WINDOW_MS = 5_000

# While the time code is read, the workbench's own figure is noted each time it changes.
SAMPLE = """async ([source, ms]) => {
  const session = document.querySelector("rtc-desk-stage").session;
  const told = [];
  let last = session.state.quality?.local ?? null;
  const note = ({ detail }) => {
    const stats = detail.quality?.local ?? null;
    if (stats === last) return;
    last = stats;
    told.push({ at: rtcTest.now(), latency: stats?.latency_ms ?? null });
  };
  session.addEventListener("rtc:state", note);
  const sample = await rtcTest.sample(source, ms);
  session.removeEventListener("rtc:state", note);
  return JSON.stringify({ told, frames: sample.frames });
}"""


def errors(told: list[dict[str, float | None]], frames: list[Frame]) -> tuple[list[float], list[tuple[float, float]]]:
    """|shown figure - median of the time codes| for each report whose window was sampled in full, and both values."""
    pairs = []
    for report in told:
        at, figure = report["at"], report["latency"]
        assert at is not None
        window = [frame.latency for frame in frames if at - WINDOW_MS <= frame.at <= at]
        if figure is None or not frames or at - WINDOW_MS < frames[0].at - 250:
            continue
        pairs.append((figure, median(window)))
    return [abs(figure - truth) for figure, truth in pairs], pairs


def truth_error(run: Run) -> None:
    """Bob's screen, five calls; the figure is the worst report of all."""
    with shop() as running, chromium() as browser:
        call = ProductCall(browser, running)

        def leg() -> Leg:
            with call.running():
                raw = json.loads(call.bob.page.evaluate(SAMPLE, [ALICE.source, SECONDS * 1000]))
            frames = [Frame(f["at"], f["latency"], f["width"], f["height"]) for f in raw["frames"]]
            found, pairs = errors(raw["told"], frames)
            assert len(found) >= 2, f"the call told its latency {len(found)} times: {raw['told']}"
            return Leg(max(found), found, {"figure_and_truth": pairs})

        conditions = {"server": SERVER, "network": "loopback", "reduced_by": "worst of all reports"}
        run.alone(Figure(NAMES[0], "ms", "time code in the picture"), leg, max, conditions)
