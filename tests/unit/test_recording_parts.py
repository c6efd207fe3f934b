"""What customers and agents see of a recording: the parts that the scripts fill, their words, and that they come only
where something records."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from recordings.models import RecordingState
from rtc_service import registry

ROOT = Path(__file__).parents[2]
PROBLEMS = ("no_picture-customer", "no_picture-staff", "no_sound-customer", "no_sound-staff", "black-customer",
            "black-staff", "no_recorder")  # fmt: skip


@pytest.fixture
def widget(client: Client) -> str:
    return client.get(reverse("rtc_service:widget") + "?language=en").content.decode()


@pytest.fixture
def workbench(client: Client, bob: Any) -> str:
    client.force_login(bob)
    return client.get(reverse("rtc_agents:workbench")).content.decode()


def tag(html: str, name: str) -> str:
    """The opening tag with this `data-part`."""
    found = re.search(rf'<[^>]*data-part="{name}"[^>]*>', html)
    assert found, name
    return found.group()


def said(html: str, key: str) -> str:
    found = re.search(rf'data-key="{re.escape(key)}">([^<]+)<', html)
    assert found, key
    return found.group(1)


def test_agreeing_and_declining_look_alike(widget: str):
    yes, no = tag(widget, "consent-yes"), tag(widget, "consent-no")
    assert yes.replace("consent-yes", "consent-no") == no
    assert "primary" not in yes


def test_the_question_waits_in_the_window_hidden_and_named(widget: str):
    card = tag(widget, "prompt-consent")
    assert "hidden" in card
    assert 'role="group"' in card
    assert f'id="{re.findall("aria-labelledby=.([^ ]+?). ", card)[0]}"' in widget
    assert "The service is the same either way." in widget


def test_the_sign_has_words_and_says_them(widget: str):
    assert "hidden" in tag(widget, "recording")
    keys = ("recording.running", "recording.paused", "recording.running.announce", "recording.paused.announce")
    assert len({said(widget, key) for key in keys}) == 4


def test_the_recording_can_be_stopped_by_a_button_that_says_what_is_kept(widget: str):
    button = tag(widget, "recording-stop")
    assert button.startswith('<button class="recording-stop" type="button"')
    assert "What was recorded until now is kept." in button
    assert "is kept" in said(widget, "recording.stopped") and said(widget, "recording.failed")


def test_without_something_that_records_there_is_no_button(client: Client, monkeypatch: pytest.MonkeyPatch):
    messages = {kind: item for kind, item in registry.get().messages.items() if not kind.startswith("recordings.")}
    monkeypatch.setattr(registry, "_registry", replace(registry.get(), messages=messages))
    html = client.get(reverse("rtc_service:widget") + "?language=en").content.decode()
    assert 'data-part="recording"' in html and "recording-stop" not in html


def test_a_small_window_keeps_the_sign():
    css = (ROOT / "rtc_service/static/rtc_service/css/widget.css").read_text()
    away = next(line for line in css.splitlines() if line.startswith('.window[data-size="mini"] > :not'))
    assert ":not(.recording)" in away.split("{")[0]


def test_the_question_is_loaded_with_the_window_and_not_with_the_button():
    scripts = ROOT / "rtc_service/static/rtc_service/js"
    first, todo = set(), [scripts / "widget.js"]
    while todo:
        file = todo.pop().resolve()
        if file not in first:
            first.add(file)
            todo += [file.parent / name for name in re.findall(r'^import [^"]*"(\.[^"]+)";', file.read_text(), re.M)]
    assert {"launcher.js", "widget.js"} <= {file.name for file in first}
    assert not {"consent.js", "prompts.js", "recording-sign.js"} & {file.name for file in first}


def test_the_workbench_has_words_for_each_state_and_alarm(workbench: str):
    element = re.search(r"<rtc-desk-recording [^>]*>", workbench)
    assert element
    words = dict(re.findall(r'data-text-([\w-]+)="([^"]+)"', element.group()))
    assert {f"state-{state}" for state in ("none", *RecordingState.values)} <= words.keys()
    assert {f"alarm-{problem}" for problem in PROBLEMS} <= words.keys()
    assert {
        "error-recording_off",
        "error-asked_enough",
        "error-paused_enough",
        "error-conflict",
        "error-not_yours",
    } <= words.keys()
    for part in ("start", "pause", "resume", "stop"):
        assert tag(workbench, part).startswith('<button class="rtc-button')


def test_without_something_that_records_the_workbench_shows_nothing_of_it(
    client: Client, bob: Any, monkeypatch: pytest.MonkeyPatch
):
    messages = {kind: item for kind, item in registry.get().messages.items() if not kind.startswith("recordings.")}
    monkeypatch.setattr(registry, "_registry", replace(registry.get(), messages=messages))
    client.force_login(bob)
    html = client.get(reverse("rtc_agents:workbench")).content.decode()
    assert "rtc-desk-stage" in html
    assert "rtc-desk-recording" not in html
