"""Who may start, pause, resume and stop a recording: the staff member in the call, nobody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from recordings.models import Policy, Recording
from recordings.services import handover
from rtc_service.db import in_db
from rtc_service.models import Call, Event
from rtc_service.testing import assert_replay_equals_snapshot, run_duties
from rtc_service.testing_sockets import Tab
from tests.harness.people import People
from tests.harness.tab import PRODUCT, tab_of, talking
from tests.recordings.calls import URL

KINDS = ("recordings.start", "recordings.stop", "recordings.pause", "recordings.resume")


@pytest.fixture
def by_hand(people: People, core: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    core("recordings", SIGNALLING_URL=URL)
    Policy.objects.update_or_create(queue="", defaults={"start": "manual"})
    monkeypatch.setattr(handover, "give_record", lambda uuid: None)
    monkeypatch.setattr(handover, "give_finalise", lambda uuid: None)


async def says(tab: Tab, kind: str, call: str) -> str:
    answer = await tab.ask(kind, {}, call=call)
    assert answer["kind"] == "ok", answer
    return str(answer["body"]["result"]["state"])


async def test_the_agent_asks_and_the_customer_decides(people: People, by_hand: None) -> None:
    talk = await talking(people)
    assert await says(talk.bob, "recordings.start", talk.call) == "asked"
    prompt = await talk.alice.kind("prompt", kind="recordings.consent")
    assert set(prompt["payload"]) == {"version", "text", "language"}
    assert "prompt" not in talk.bob.kinds()
    await talk.alice.ask("prompt.answer", {"prompt": prompt["prompt"], "accept": True}, call=talk.call)
    await in_db(run_duties)
    for tab in (talk.alice, talk.bob):
        told = await tab.wait(lambda f: f["kind"] == "event" and f["body"]["data"].get("state") == "starting")
        assert len(told["body"]["data"]["parties"]) == 2
    assert await says(talk.bob, "recordings.start", talk.call) == "starting", "pressed again"
    assert await says(talk.bob, "recordings.pause", talk.call) == "paused"
    assert await says(talk.bob, "recordings.resume", talk.call) == "starting"
    assert await says(talk.bob, "recordings.stop", talk.call) == "finalising"
    assert await talk.bob.refused("recordings.stop", {}, call=talk.call) == "conflict"
    await in_db(lambda: assert_replay_equals_snapshot(Call.objects.get(uuid=talk.call)))


async def test_nobody_else_may(people: People, by_hand: None) -> None:
    talk = await talking(people)
    charlie, beth = await tab_of(people.charlie), await tab_of(people.beth)
    await charlie.ask("call.request", PRODUCT)
    for kind in KINDS:
        assert await talk.alice.refused(kind, {}, call=talk.call) == "not_yours", "the customer of the call"
        assert await charlie.refused(kind, {}, call=talk.call) == "not_yours", "another customer"
        assert await beth.refused(kind, {}, call=talk.call) == "not_yours", "an agent of no call"
        assert await beth.refused(kind, {}) == "not_yours"
    assert not await in_db(Recording.objects.exists)


async def test_the_customer_withdraws_and_nobody_else_can(people: People, by_hand: None) -> None:
    talk = await talking(people)
    charlie = await tab_of(people.charlie)
    await charlie.ask("call.request", PRODUCT)
    assert await talk.alice.refused("recordings.withdraw", {}, call=talk.call) == "conflict", "there is no consent yet"
    await says(talk.bob, "recordings.start", talk.call)
    prompt = await talk.alice.kind("prompt")
    await talk.alice.ask("prompt.answer", {"prompt": prompt["prompt"], "accept": True}, call=talk.call)
    await in_db(run_duties)
    for tab in (talk.bob, charlie):
        assert await tab.refused("recordings.withdraw", {}, call=talk.call) == "not_yours"
    assert await says(talk.alice, "recordings.withdraw", talk.call) == "finalising"
    told = await talk.bob.wait(lambda f: f["kind"] == "event" and f["body"]["data"].get("cause") == "withdrawn")
    assert told["body"]["data"]["state"] == "finalising"
    assert await says(talk.bob, "recordings.start", talk.call) == "asked", "not without a new question"
    await in_db(lambda: assert_replay_equals_snapshot(Call.objects.get(uuid=talk.call)))


async def test_who_has_left_the_call_may_not_any_more(people: People, by_hand: None) -> None:
    talk = await talking(people)
    await says(talk.bob, "recordings.start", talk.call)

    def send_back() -> None:
        from rtc_service.services import calls

        calls.back_to_queue(Call.objects.get(uuid=talk.call), cause="staff_lost", first=True)

    await in_db(send_back)
    await talk.bob.event("participant.left")
    for kind in KINDS:
        assert await talk.bob.refused(kind, {}, call=talk.call) == "not_yours"


async def test_a_customer_who_loads_the_page_again_is_asked_again_and_sees_the_state(
    people: People, by_hand: None
) -> None:
    talk = await talking(people)
    await says(talk.bob, "recordings.start", talk.call)
    await talk.alice.kind("prompt")
    await talk.alice.close()
    again = await Tab("tab").open(resume=talk.alice.resume)
    assert (await again.kind("prompt"))["kind"] == "recordings.consent"
    shown: dict[str, Any] = again.welcome["snapshot"]["recording"]
    assert shown["state"] == "asked" and shown["parties"] == []
    await again.close()


async def test_the_customers_log_holds_no_alarms_and_no_secrets(people: People, by_hand: None) -> None:
    from recordings.services import alarms

    talk = await talking(people)
    await says(talk.bob, "recordings.start", talk.call)
    prompt = await talk.alice.kind("prompt")
    await talk.alice.ask("prompt.answer", {"prompt": prompt["prompt"], "accept": True}, call=talk.call)
    await in_db(run_duties)

    def alarm() -> None:
        recording = Recording.objects.select_related("call").get()
        assert alarms.switch(recording, "no_recorder", on=True)
        assert not alarms.switch(recording, "no_recorder", on=True), "said once"

    await in_db(alarm)
    assert (await talk.bob.event("recordings.alarm"))["data"]["problem"] == "no_recorder"
    seq = await in_db(lambda: Event.objects.get(kind="recordings.alarm").seq)
    hidden = await talk.alice.kind("event", seq=seq)
    assert (hidden["kind"], hidden["data"]) == ("-", {})
    replay = await talk.alice.ask("replay", {"from_seq": 0}, call=talk.call)
    row = await in_db(lambda: Recording.objects.get())
    text = str([*talk.alice.frames, replay])
    for secret in ("recordings.alarm", "no_recorder", URL, "lease", "epoch", row.owner or "owner"):
        assert secret not in text, secret
