"""`latency/p2p_*`: capture → display by the time code in the picture, 640x360 at 30 frames a second."""

from __future__ import annotations

import contextlib

from playwright.sync_api import Page

from tests.browser.harness.chromium import chromium
from tests.browser.harness.media import ALICE, BOB, Person, first_frame, inbound_video, watch

from ..peers.bare.pair import BarePair, bare_server
from ..run import Figure, Run
from ..stats import Leg, percentile
from .product import SERVER, ProductCall, shop

NAMES = ("latency/p2p_p50", "latency/p2p_p99")
SETTLE_SECONDS = 4.0  # the bandwidth estimate climbs first
SAMPLE_SECONDS = 9.0
CODEC, SIZE = "video/VP8", (640, 360)


TRIES = 3


class OtherPicture(RuntimeError):
    """The browser sent another codec or size than the figure is about: its latency would say nothing."""


def latency_leg(page: Page, other: Person) -> Leg:
    """Latencies of all frames shown. Chromium makes the picture smaller on a busy machine: then once more."""
    for _try in range(TRIES - 1):
        with contextlib.suppress(OtherPicture):
            return sample_leg(page, other)
    return sample_leg(page, other)


def sample_leg(page: Page, other: Person) -> Leg:
    """Raises OtherPicture."""
    watch(page, other, SETTLE_SECONDS)
    sample = watch(page, other, SAMPLE_SECONDS)
    stats = inbound_video(page)
    sizes = {(frame.width, frame.height) for frame in sample.frames}
    if stats is None or stats["codec"] != CODEC or sizes != {SIZE}:
        raise OtherPicture(f"{stats and stats['codec']}, frames of {sizes}")
    latencies = [round(frame.latency, 1) for frame in sample.frames]
    notes = {"codec": CODEC, "size": SIZE, "fps": round(len(latencies) / sample.seconds, 1)}
    return Leg(percentile(latencies, 0.5), latencies, {**notes, "unreadable": sample.unreadable})


def peer_to_peer(run: Run) -> None:
    """One call at a time: the two cores are not shared by both."""
    with shop() as running, bare_server() as bare, chromium() as browser:
        ours, peer = ProductCall(browser, running), BarePair(browser, bare)

        def our_leg() -> Leg:
            with ours.running():
                return latency_leg(ours.alice.page, BOB)

        def peer_leg() -> Leg:
            peer.open()
            peer.click()
            first_frame(peer.alice, BOB)
            first_frame(peer.bob, ALICE)
            leg = latency_leg(peer.alice, BOB)
            peer.close()
            return leg

        figures = [
            Figure(NAMES[0], "ms", "bare two-page connection", lambda leg: percentile(leg.samples, 0.5)),
            Figure(NAMES[1], "ms", "bare two-page connection", lambda leg: percentile(leg.samples, 0.99)),
        ]
        conditions = {"server": SERVER, "codec": CODEC, "size": "640x360@30", "network": "loopback"}
        run.beside([figure for figure in figures if run.wants(figure.name)], our_leg, peer_leg, conditions)
