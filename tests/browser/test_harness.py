"""The doubles tell the truth: whose picture is shown, whose voice is heard, and which way the packets go."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from bench.peers.bare.pair import BarePair, bare_server
from tests.browser.harness.chromium import NoChromium, chromium, executable
from tests.browser.harness.media import (
    ALICE,
    BOB,
    CHARLIE,
    equip,
    expect_moving_picture,
    expect_silence,
    expect_voice,
    refuse,
)
from tests.browser.harness.turn import NoTurnServer, turn_server

# Two peer connections of one page that may speak through a relay only.
RELAYED = """async (iceServers) => {
  const make = () => new RTCPeerConnection({ iceServers, iceTransportPolicy: "relay" });
  const [a, b] = [make(), make()];
  a.onicecandidate = ({ candidate }) => candidate && b.addIceCandidate(candidate);
  b.onicecandidate = ({ candidate }) => candidate && a.addIceCandidate(candidate);
  const open = new Promise((resolve) => { a.createDataChannel("x").onopen = () => resolve(true); });
  await a.setLocalDescription();
  await b.setRemoteDescription(a.localDescription);
  await b.setLocalDescription();
  await a.setRemoteDescription(b.localDescription);
  const late = new Promise((resolve) => setTimeout(() => resolve(false), 5000));
  return Promise.race([open, late]);
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    try:
        executable()
    except NoChromium as reason:
        pytest.skip(str(reason))
    with chromium("--ignore-certificate-errors") as running:
        yield running


@pytest.fixture
def pair(browser: Browser) -> Iterator[BarePair]:
    with bare_server() as base:
        call = BarePair(browser, base)
        call.open()
        call.click()
        yield call
        call.close()


def test_each_sees_and_hears_the_other_and_nobody_else(pair: BarePair) -> None:
    sample = expect_moving_picture(pair.alice, BOB)
    expect_moving_picture(pair.bob, ALICE)
    expect_voice(pair.alice, BOB)
    expect_voice(pair.bob, ALICE)
    assert sample.unreadable == 0
    assert all(0 < frame.latency < 5_000 for frame in sample.frames)
    with pytest.raises(AssertionError):
        expect_voice(pair.alice, CHARLIE, seconds=1)


def test_a_muted_element_and_a_switched_off_microphone_are_not_heard(pair: BarePair) -> None:
    expect_voice(pair.alice, BOB)
    pair.bob.evaluate("connection.getSenders().find(s => s.track.kind === 'audio').track.enabled = false")
    expect_silence(pair.alice)
    expect_voice(pair.bob, ALICE)
    pair.bob.evaluate("document.getElementById('remote').muted = true")
    with pytest.raises(AssertionError):
        expect_voice(pair.bob, ALICE, seconds=1)


def test_a_hidden_video_shows_nothing(pair: BarePair) -> None:
    expect_moving_picture(pair.alice, BOB)
    pair.alice.evaluate("document.getElementById('remote').style.display = 'none'")
    assert pair.alice.evaluate("rtcTest.visible()") == [ALICE.source]


def test_a_camera_can_be_refused(page: Page) -> None:
    refuse(page, video="NotAllowedError")
    ask = "what => navigator.mediaDevices.getUserMedia(what).then(s => s.getTracks().length, e => e.name)"
    assert page.evaluate(ask, {"audio": True, "video": True}) == "NotAllowedError"
    assert page.evaluate(ask, {"audio": True}) == 1


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with bare_server() as base, browser.new_context() as context:
        equip(context, ALICE)
        page = context.new_page()
        page.goto(base)
        yield page


def test_the_relay_lets_nobody_in_without_credentials(page: Page) -> None:
    try:
        with turn_server() as turn:
            for transport in ("udp", "tcp", "tls"):
                through = page.evaluate(RELAYED, turn.ice_servers(transport))
                assert through, f"{transport}\n{turn.log.read_text()[-2000:]}"
            expired, credential = turn.credentials(seconds=-60)
            servers = [{"urls": turn.urls("udp"), "username": expired, "credential": credential}]
            assert not page.evaluate(RELAYED, servers)
    except NoTurnServer as reason:
        pytest.skip(str(reason))
