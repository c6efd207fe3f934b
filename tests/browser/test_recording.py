"""A call leaves its record: asked, recorded on both sides, the recorder killed in the middle, found whole, played.
A refusal leaves nothing."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from statistics import median
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.harness.demo_server import Site, demo, python, site
from tests.browser.harness.media import ALICE, BOB
from tests.browser.harness.people import Agent, Customer, Supervisor
from tests.services import stack

WRAP = 2**24
BEEPING = {"customer": replace(ALICE, beeps=True), "staff": replace(BOB, beeps=True)}


@pytest.fixture(scope="module", params=["embedded", "services"])
def installation(request: pytest.FixtureRequest) -> Iterator[Site]:
    if request.param == "embedded":
        with demo() as running:
            yield running
        return
    if stack.missing():
        pytest.skip(f"not installed: {', '.join(stack.missing())}")
    with (
        stack.postgres() as database,
        stack.redis() as redis,
        site(processes=2, worker=True, recorders=2, database=database, redis=redis) as running,
    ):
        yield running


@pytest.fixture
def people(browser: Browser, installation: Site) -> Iterator[tuple[Customer, Agent]]:
    bob = Agent.enter(browser, installation.bases[-1], person=BEEPING["staff"])
    alice = Customer.enter(browser, installation.base, person=BEEPING["customer"])
    bob.starts_work()
    yield alice, bob
    bob.leaves()
    bob.close()
    alice.close()


def recorded(installation: Site, *how: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(
        python("-m", "tests.browser.harness.recorded_call", *how, env=installation.env).splitlines()[-1]
    )
    return answer


def wait_for(installation: Site, seconds: float, true: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """What was recorded, once something is true of it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = recorded(installation)
        if true(found):
            return found
        time.sleep(0.5)
    raise AssertionError(f"never true; the last was {found}\n{installation.log()[-3000:]}")


def since(code: int, moment: float) -> float:
    """Seconds from a moment (seconds since the epoch) to a time code."""
    apart = (code - int(moment * 1000)) % WRAP
    return (apart if apart < WRAP / 2 else apart - WRAP) / 1000


def test_both_parties_are_found_whole_after_the_recorder_was_killed(
    browser: Browser, installation: Site, people: tuple[Customer, Agent]
) -> None:
    alice, bob = people
    alice.open_product()
    alice.call()
    alice.part("consent-yes").click(timeout=20_000)
    bob.accepts()
    alice.talks()
    bob.sees(ALICE)
    expect(alice.part("recording")).to_be_visible(timeout=20_000)
    expect(bob.page.locator("rtc-desk-recording")).to_have_attribute("data-state", "running", timeout=20_000)
    first = wait_for(installation, 20, lambda now: {role for _, _, role in now["segments"]} == {"customer", "staff"})
    alice.page.wait_for_timeout(6_000)
    nowhere_plain(installation)

    killed = time.time()
    os.kill(int(first["owner"].rpartition(":")[2]), signal.SIGKILL)
    wait_for(
        installation, 40, lambda now: {role for epoch, _, role in now["segments"] if epoch > 1} == {"customer", "staff"}
    )
    alice.sees(BOB)  # the call itself has not noticed
    alice.page.wait_for_timeout(6_000)
    alice.hangs_up()
    alice.sees_the_end()
    wait_for(installation, 60, lambda now: now["state"] == "ready")

    whole = recorded(installation, "whole")
    assert [file["role"] for file in whole["files"]] == ["customer", "staff"]
    for file in whole["files"]:
        found_whole(file, killed)
    one, other = (skew(file) for file in whole["files"])
    assert abs(one - other) < 0.1, "the same moment stands at the same place of both files"
    nowhere_plain(installation)
    plays(browser, installation, whole["recording"])


def nowhere_plain(installation: Site) -> None:
    """No key and no piece of media stands anywhere: storage, database, broker, logs."""
    looked = recorded(installation, "traces")
    assert looked["key"] >= 8 and looked["media"] >= 20 and looked["places"] > 100
    assert {found.rpartition("/")[2] for found in looked["found"]} == {"planted"}, looked["found"]


def skew(file: dict[str, Any]) -> float:
    """Seconds by which a picture stands later in the file than it was taken."""
    return median(at - since(code, file["begins"]) for at, code, _ in file["codes"])


def found_whole(file: dict[str, Any], killed: float) -> None:
    """Every second's pictures and beep are in their place, but for one gap of at most 15 s around the kill."""
    source = BEEPING[file["role"]].source
    assert {owner for _, _, owner in file["codes"]} == {source}
    assert file["unreadable"] <= 0.02 * len(file["codes"])
    taken = [since(code, killed) for _, code, _ in file["codes"]]
    assert taken == sorted(taken)
    before, after = max(at for at in taken if at < 0), min(at for at in taken if at > 0.5)
    assert before > -5, f"{-before:.1f} s before the kill are lost"
    assert after < 15, f"the next recorder came after {after:.1f} s"
    gap = max(file["gaps"], key=lambda item: item[1] - item[0])
    assert gap[1] - gap[0] == pytest.approx(after - before, abs=1.0)

    late = skew(file)
    # On a busy machine the test camera itself is late now and then: it draws the time, and is captured after that.
    apart = sorted(abs(at - since(code, file["begins"]) - late) for at, code, _ in file["codes"])
    assert apart[int(len(apart) * 0.95)] < 0.25 and apart[-1] < 1.5, f"pictures keep their time: {apart[-5:]}"
    beeps = [at - late + file["begins"] for at in file["beeps"]]
    off = [at - round(at) for at in beeps]
    assert abs(median(off)) < 0.12, f"sound to picture {median(off):.3f} s"
    heard = {round(at) for at in beeps if abs(at - round(at) - median(off)) < 0.08}
    spoken = {
        second
        for second in range(int(killed + min(taken)) + 2, int(killed + max(taken)))
        if not before - 0.2 < second - killed < after + 1
    }
    assert len(spoken) >= 8
    assert spoken <= heard, f"no beep at {sorted(spoken - heard)} of {sorted(spoken)}"
    for second in spoken:
        shown = sum(0 <= at - (second - killed) < 1 for at in taken)
        assert shown >= 10 or second + 1 - killed > before > second - killed, f"{shown} pictures in a second"


def plays(browser: Browser, installation: Site, recording: str) -> None:
    """The supervisor gives a reason, sees both parties, and seeks."""
    dora = Supervisor.enter(browser, installation.base)
    dora.enrols()
    dora.go(f"/recordings/{recording}/play/")
    dora.page.locator("textarea").fill("complaint 4711: what was agreed")
    dora.page.locator("form button[type=submit]").click()
    videos = dora.page.locator("rtc-player video")
    expect(videos).to_have_count(2)
    ready = "(all) => all.every((v) => v.readyState >= 2 && !v.seeking && v.videoWidth > 0)"
    until(dora, lambda: videos.evaluate_all(ready))
    dora.page.evaluate("document.querySelector('rtc-player').seek(3)")
    until(
        dora, lambda: videos.evaluate_all("(all) => all.every((v) => Math.abs(v.currentTime - 3) < 0.5 && !v.seeking)")
    )
    dora.page.get_by_role("button", name="Play", exact=True).click()
    until(dora, lambda: dora.page.evaluate("document.querySelector('rtc-player').position") > 4)
    dora.close()


def until(person: Supervisor, true: Callable[[], bool], seconds: float = 20) -> None:
    for _ in range(int(seconds * 5)):
        if true():
            return
        person.page.wait_for_timeout(200)
    raise AssertionError("never true")


def test_a_refusal_leaves_no_media_and_the_same_call(installation: Site, people: tuple[Customer, Agent]) -> None:
    alice, bob = people
    before = recorded(installation)
    alice.open_product()
    alice.call()
    alice.part("consent-no").click(timeout=20_000)
    bob.accepts()
    alice.talks()
    bob.sees(ALICE)
    alice.sees(BOB)
    expect(bob.page.locator("rtc-desk-recording")).to_have_attribute("data-state", "refused", timeout=10_000)
    alice.page.wait_for_timeout(3_000)
    expect(alice.part("recording")).to_be_hidden()
    alice.hangs_up()
    alice.sees_the_end()
    after = recorded(installation)
    assert after["recording"] != before["recording"]
    assert (after["state"], after["segments"], after["files"]) == ("refused", [], 0)
    assert after["bytes"] == before["bytes"]
    assert sorted(after["consents"], key=str)[-1][1], "what was asked, and in which words, is known"


def test_the_customer_stops_the_recording_by_one_press(installation: Site, people: tuple[Customer, Agent]) -> None:
    alice, bob = people
    alice.open_product()
    alice.call()
    alice.part("consent-yes").click(timeout=20_000)
    bob.accepts()
    alice.talks()
    bob.sees(ALICE)
    expect(alice.part("recording")).to_have_attribute("data-sign", "running", timeout=20_000)
    stop = alice.part("recording-stop")
    stop.focus()
    stop.press("Enter")
    expect(alice.part("recording")).to_have_attribute("data-sign", "stopped", timeout=10_000)
    expect(alice.part("recording-words")).to_contain_text("What was recorded until now is kept")
    expect(stop).to_be_hidden()
    expect(bob.page.locator("rtc-desk-recording")).to_have_attribute(
        "data-state", re.compile("finalising|ready"), timeout=10_000
    )
    alice.sees(BOB)  # the call goes on
    wait_for(installation, 60, lambda now: now["state"] == "ready" and now["files"] == 2)
    alice.hangs_up()
    alice.sees_the_end()
