"""`setup/click_to_first_frame`: from the customer's click until both see each other."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.harness.chromium import chromium
from tests.browser.harness.media import ALICE, BOB, first_frame

from ..peers.bare.pair import BarePair, bare_server
from ..run import Figure, Run
from ..stats import Leg, median
from .product import SERVER, ProductCall, shop

NAMES = ("setup/click_to_first_frame",)
CLICKS = 5  # a leg's value is their p50


def both_see(clicked: float, alice: Page, bob: Page) -> float:
    """Milliseconds from the click until the later of the two first frames."""
    return max(first_frame(alice, BOB), first_frame(bob, ALICE)) - clicked


def click_to_first_frame(run: Run) -> None:
    """Loopback, agent on auto-accept, camera and microphone asked for by the click."""
    with shop() as running, bare_server() as bare, chromium() as browser:
        ours, peer = ProductCall(browser, running), BarePair(browser, bare)

        def our_leg() -> Leg:
            times = []
            for _ in range(CLICKS):
                ours.open()
                times.append(both_see(ours.click(), ours.alice.page, ours.bob.page))
                ours.close()
            return Leg(median(times), times)

        def peer_leg() -> Leg:
            times = []
            for _ in range(CLICKS):
                peer.open()
                times.append(both_see(peer.click(), peer.alice, peer.bob))
                peer.close()
            return Leg(median(times), times)

        our_leg(), peer_leg()  # the first connection of a browser is slower, on both sides
        conditions = {"clicks_per_leg": CLICKS, "network": "loopback", "server": SERVER}
        run.beside(
            [Figure(NAMES[0], "ms", "two bare pages over a bare WebSocket, cold")], our_leg, peer_leg, conditions
        )
