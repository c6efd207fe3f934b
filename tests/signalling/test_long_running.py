"""What a server process that runs for months must not do: die by halves, or grow."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from rtc_service.signalling import backplane, hub
from rtc_service.signalling.relay import Relay
from tests.harness.people import People
from tests.harness.tab import PRODUCT, tab_of


async def test_a_background_task_that_dies_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "RESTART_SECONDS", 0)
    runs: list[str] = []
    alive = asyncio.Event()

    async def run() -> None:
        runs.append("started")
        if len(runs) == 1:
            raise OSError("the database is away")
        alive.set()
        await asyncio.Event().wait()

    here = hub.current()
    here.spawn(here._keep_running(run))
    async with asyncio.timeout(5):
        await alive.wait()
    assert runs == ["started", "started"]


async def test_what_is_spawned_is_kept_until_it_is_done() -> None:
    done = asyncio.Event()

    async def work() -> None:
        await asyncio.sleep(0)
        done.set()

    hub.current().spawn(work())
    gc.collect()
    async with asyncio.timeout(5):
        await done.wait()


async def test_a_layer_that_is_away_does_not_eat_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backplane, "WAITING", 3)
    missed: list[bool] = []
    plane = backplane.Backplane("here", lambda message: None, lambda: missed.append(True))
    plane._layer = object()
    for number in range(5):
        plane.broadcast({"op": "hint", "number": number}, None)
    assert plane._out.qsize() == 3
    assert plane._lost, "and the others are told that something is missing"


def test_where_an_ended_calls_legs_lived_is_forgotten(core: Callable[..., None]) -> None:
    sent: list[tuple[dict[str, Any], str | None]] = []
    relay = Relay("here", lambda message, process: sent.append((message, process)))
    far, near = uuid4(), uuid4()
    relay.receive(
        {"op": "relay", "to": str(near), "sender": str(far), "from": "there", "link": "l", "mark": [1, 1], "frame": ""}
    )
    relay.send(far, near, "l", 1, 1, "frame")
    assert sent[-1][1] == "there"
    relay.sweep()
    assert (len(relay._remote), len(relay._sent)) == (1, 1), "both are fresh"
    core(RELAY_BUFFER_SECONDS=-1.0)
    relay.sweep()
    assert (len(relay._remote), len(relay._sent)) == (0, 0)
    relay.send(far, near, "l", 1, 2, "frame")
    assert sent[-1][1] is None, "asked of everybody, and learnt again"


async def test_versions_of_topics_that_are_not_followed_any_more_are_forgotten(people: People) -> None:
    alice = await tab_of(people.alice)
    await alice.ask("call.request", PRODUCT)
    await alice.wait(lambda frame: frame["kind"] == "topic" and frame["body"]["key"] == "agents.queue:main")
    assert "agents.queue:main" in (await alice.ask("ping"))["body"]["topics"]
    await alice.ask("call.cancel")
    (socket,) = hub.current().by_key[f"v:{people.alice.uuid}"]
    async with asyncio.timeout(10):
        while socket.topics or socket.topic_versions:  # noqa: ASYNC110  there is nothing to await
            await asyncio.sleep(0.05)
    assert (await alice.ask("ping"))["body"]["topics"] == {}
