"""Fake camera and microphone for a browser context, and what its pages see and hear (`timecode.js`)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page

SCRIPT = Path(__file__).with_name("timecode.js")


@dataclass(frozen=True)
class Person:
    """Who holds the camera: `source` (0 to 255) is drawn into the picture, `tone` (Hz) is the voice, all the time or
    as a beep at each full second."""

    source: int
    tone: float
    width: int = 640
    height: int = 360
    fps: int = 30
    beeps: bool = False


ALICE = Person(source=11, tone=440.0)
BOB = Person(source=22, tone=880.0)
CHARLIE = Person(source=33, tone=1320.0)


@dataclass(frozen=True)
class Frame:
    """One shown frame: wall clock (ms since the epoch), capture to display (ms), size as decoded."""

    at: float
    latency: float
    width: int
    height: int


@dataclass(frozen=True)
class Sample:
    """What `watch` saw: readable frames of the person, and how many foreign frames had no valid time code."""

    frames: list[Frame]
    unreadable: int
    seconds: float


def equip(context: BrowserContext, person: Person) -> None:
    """Put the person's camera and microphone in place of the devices, in every page opened from now on."""
    context.add_init_script(script=f"window.rtcTestPerson = {json.dumps(asdict(person))};\n{SCRIPT.read_text()}")


def refuse(page: Page, *, video: str | None = None, audio: str | None = None) -> None:
    """Let getUserMedia fail with these DOMException names (`NotAllowedError`, `NotFoundError`, …); None: works."""
    page.evaluate("wanted => Object.assign(rtcTest.trouble, wanted)", {"video": video, "audio": audio})


def expect_picture(page: Page, person: Person, seconds: float = 15.0) -> None:
    """Raises AssertionError unless a video of the page shows the person's camera within the time."""
    seen = page.evaluate("([source, ms]) => rtcTest.sees(source, ms)", [person.source, seconds * 1000])
    assert seen, f"no picture of source {person.source}; visible: {page.evaluate('rtcTest.visible()')}"


def expect_no_picture(page: Page, person: Person, seconds: float = 15.0) -> None:
    """Raises AssertionError unless the person's camera is gone from the page within the time.

    A video that stands still on the last frame still shows it: the page has to take it away.
    """
    script = "([s, ms]) => rtcTest.until(() => !rtcTest.visible().includes(s), ms)"
    assert page.evaluate(script, [person.source, seconds * 1000]), f"source {person.source} is still visible"


def expect_moving_picture(page: Page, person: Person, seconds: float = 3.0) -> Sample:
    """Like expect_picture, and the picture runs: at least five fresh frames within the time."""
    expect_picture(page, person)
    sample = watch(page, person, seconds)
    assert len(sample.frames) >= 5, f"{len(sample.frames)} frames of source {person.source} in {sample.seconds:.1f} s"
    return sample


def expect_no_frames(page: Page, person: Person, seconds: float = 2.0) -> None:
    """Raises AssertionError unless the person's picture stands still (or is gone) within 10 s for `seconds`."""
    for _ in range(5):
        if not watch(page, person, seconds).frames:
            return
    raise AssertionError(f"frames of source {person.source} still come")


def expect_voice(page: Page, person: Person, seconds: float = 15.0) -> None:
    """Raises AssertionError unless an unmuted media element plays the person's tone within the time."""
    heard = page.evaluate("([tone, ms]) => rtcTest.hears(tone, ms)", [person.tone, seconds * 1000])
    assert heard, f"no tone of {person.tone} Hz; heard: {page.evaluate('rtcTest.heard()')}"


def expect_silence(page: Page, seconds: float = 15.0) -> None:
    """Raises AssertionError unless nothing foreign is heard at the page within the time."""
    silent = page.evaluate("ms => rtcTest.silent(ms)", seconds * 1000)
    assert silent, f"heard: {page.evaluate('rtcTest.heard()')}"


def forget_first_frames(page: Page) -> None:
    """Before another call on the same page: `first_frame` then answers for the new call."""
    page.evaluate("rtcTest.forget()")


def first_frame(page: Page, person: Person, seconds: float = 20.0) -> float:
    """Wall clock in ms of the first readable frame of the person on this page. Raises AssertionError."""
    at = page.evaluate("([source, ms]) => rtcTest.firstFrame(source, ms)", [person.source, seconds * 1000])
    assert at is not None, f"no first frame of source {person.source} in {seconds} s"
    return float(at)


def watch(page: Page, person: Person, seconds: float) -> Sample:
    """All frames of the person that the page shows during the time."""
    raw = page.evaluate("([source, ms]) => rtcTest.sample(source, ms)", [person.source, seconds * 1000])
    frames = [Frame(f["at"], f["latency"], f["width"], f["height"]) for f in raw["frames"]]
    return Sample(frames, raw["unreadable"], raw["seconds"])


def inbound_video(page: Page) -> dict[str, Any] | None:
    """`{codec, width, height, framesDecoded}` of what arrives now, or None."""
    found: dict[str, Any] | None = page.evaluate("rtcTest.inboundVideo()")
    return found


def route(page: Page) -> dict[str, str] | None:
    """`{local, remote, relay}`: candidate kinds of the selected pair and the relay's protocol, or None."""
    found: dict[str, str] | None = page.evaluate("rtcTest.route()")
    return found
