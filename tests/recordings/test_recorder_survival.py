"""Workers that stop, wake up too late, or are killed in the middle of a recording: another goes on, the call does not
notice, and what was recorded is finished. A real server, real workers, real media."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from itertools import count
from typing import Any

import pytest

from recordings.capture.rehearsal import Party, Piece, Source, encode_pictures, encode_sound
from recordings.finalise.reading import frames
from recordings.models import Policy, Recording, RecordingFile, Segment
from recordings.vault import store
from rtc_service.db import in_db
from rtc_service.models import Call, Event, Link
from rtc_service.testing import assert_replay_equals_snapshot
from rtc_service.testing_sockets import Frame
from tests.harness.people import People
from tests.harness.servers import RemoteTab
from tests.harness.tab import PRODUCT, fresh
from tests.recordings import processes
from tests.recordings.recorder_story import eventually
from tests.services import stack

pytestmark = pytest.mark.slow
TAKE_OVER_SECONDS = 15.0


def endless(pieces: list[Piece], length: int) -> Iterator[Piece]:
    """The same again and again; `length` in milliseconds."""
    for turn in count():
        for piece in pieces:
            yield Piece(piece.data, piece.at + turn * length, piece.key)


PICTURES = encode_pictures(30, width=160, height=96, key_every=15, bitrate=100_000)
SOUND = encode_sound(1.0)


class Talker:
    """A party with camera and microphone: answers each offer of the recorder, as its browser would."""

    def __init__(self, tab: RemoteTab, call: str) -> None:
        self.tab, self.call = tab, call
        self.party: Party | None = None
        self.answered = 0
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        known = 0
        while True:
            offer = await self.tab.wait(lambda f, known=known: self._newer(f, known), 3600)  # type: ignore[misc]
            known = offer["body"]["generation"]
            await self._answer(offer["body"])

    def _newer(self, frame: Frame, known: int) -> bool:
        body = frame["body"]
        return frame["kind"] == "link.description" and body["type"] == "offer" and body["generation"] > known

    async def _answer(self, offer: dict[str, Any]) -> None:
        if self.party is not None:
            await self.party.close()
        sound = Source("audio", endless(SOUND, 1000))  # type: ignore[arg-type]
        picture = Source("video", endless(PICTURES, 1000))  # type: ignore[arg-type]
        self.party = Party(sound=sound, picture=picture)
        sdp = await self.party.answer(offer["sdp"])
        body = {"link": offer["link"], "generation": offer["generation"], "n": 1, "type": "answer", "sdp": sdp}
        await self.tab.ask("link.description", body, call=self.call)
        self.party.start()
        self.answered += 1

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        if self.party is not None:
            await self.party.close()


@contextlib.asynccontextmanager
async def recorded_call(people: People, url: str) -> AsyncIterator[tuple[RemoteTab, RemoteTab, str]]:
    """Alice and bob talk, alice has agreed, and both answer whoever records."""
    alice, bob = RemoteTab(url), RemoteTab(url)
    talkers: list[Talker] = []
    try:
        await bob.open(fresh(people.bob))
        await bob.ask("agents.ready")
        await alice.open(fresh(people.alice))
        call = (await alice.ask("call.request", PRODUCT))["body"]["result"]["call"]
        offer = await bob.wait(lambda f: f["kind"] == "topic" and f["body"]["value"].get("offer"))
        await bob.ask("agents.accept", {"offer": offer["body"]["value"]["offer"]["offer"]})
        link = (await alice.kind("link.open", kind="talk"))["link"]
        for tab in (alice, bob):
            on = {"camera": True, "microphone": True, "screen": False}
            await tab.ask("media", on, call=call)
            await tab.ask("link.state", {"link": link, "generation": 1, "state": "up"}, call=call)
        talkers += [Talker(alice, call), Talker(bob, call)]
        prompt = await alice.kind("prompt", kind="recordings.consent")
        await alice.ask("prompt.answer", {"prompt": prompt["prompt"], "accept": True}, call=call)
        yield alice, bob, call
    finally:
        for talker in talkers:
            await talker.close()
        await alice.close()
        await bob.close()


async def recorded_by(epoch: int) -> Recording:
    """Both parties' media is written under this epoch."""

    def read() -> tuple[Recording, int]:
        written = Segment.objects.filter(epoch=epoch, size__gt=0).values("party").distinct().count()
        return Recording.objects.get(), written

    row, _ = await eventually(
        lambda: in_db(read), lambda found: found[0].epoch == epoch and found[1] == 2, TAKE_OVER_SECONDS + 15
    )
    return row  # type: ignore[no-any-return]


def by(row: Recording, workers: dict[str, subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
    pid = int(row.owner.rpartition(":")[2])
    return next(child for child in workers.values() if child.pid == pid)


def readable(epoch: int) -> int:
    """How many frames of each segment of an epoch can be read back, at least."""
    found = []
    for segment in Segment.objects.filter(epoch=epoch):
        with store.open_reader(segment, tolerant=True) as reader:
            found.append(len(list(frames(reader))))  # type: ignore[arg-type]
    return min(found)


async def undisturbed(tab: RemoteTab, call: str) -> None:
    """Nothing has happened to the conversation."""
    state = await in_db(lambda: Call.objects.get(uuid=call).state)
    assert state == "active"
    talk = await in_db(lambda: Link.objects.get(call__uuid=call, kind="talk"))
    assert (talk.generation, talk.state) == (1, "up")
    kinds = set(await in_db(lambda: list(Event.objects.filter(call__uuid=call).values_list("kind", flat=True))))
    assert not kinds & {"call.waiting", "call.ended", "link.stale"}


async def test_a_worker_that_stands_still_and_one_that_is_killed(people: People) -> None:
    await in_db(lambda: Policy.objects.update_or_create(queue="", defaults={"start": "auto"}))
    port = stack.free_port()
    with processes.server(port) as url, processes.worker("a@rtc", port) as a, processes.worker("b@rtc", port) as b:
        workers = {"a": a, "b": b}
        async with recorded_call(people, url) as (alice, bob, call):
            first = by(await recorded_by(1), workers)
            # Stands still (a machine that is suspended, a storage that hangs): it does not know that it is late.
            os.kill(first.pid, signal.SIGSTOP)
            stopped = time.monotonic()
            second = by(await recorded_by(2), workers)
            assert second.pid != first.pid
            assert time.monotonic() - stopped < TAKE_OVER_SECONDS
            before = await in_db(lambda: list(Segment.objects.filter(epoch=1).order_by("pk").values()))
            os.kill(first.pid, signal.SIGCONT)
            await undisturbed(bob, call)

            # Awake again it writes nothing more, and is free to take over when the other one is killed.
            second.kill()
            killed = time.monotonic()
            third = by(await recorded_by(3), workers)
            assert third.pid == first.pid
            assert time.monotonic() - killed < TAKE_OVER_SECONDS
            await undisturbed(bob, call)
            assert await in_db(lambda: list(Segment.objects.filter(epoch=1).order_by("pk").values())) == before
            for epoch in (1, 2):
                assert await in_db(readable, epoch) > 10
            await in_db(lambda: assert_replay_equals_snapshot(Call.objects.get(uuid=call)))

            await alice.ask("call.hang_up", {}, call=call)
            row = await eventually(lambda: in_db(Recording.objects.get), lambda r: r.state in ("ready", "failed"), 45)
            assert row.state == "ready", row.cause
            files = await in_db(lambda: list(RecordingFile.objects.all()))
            assert {file.role for file in files} == {"customer", "staff"}
            assert all(file.has_picture and file.has_sound and len(file.gaps) >= 2 for file in files)
            span = (row.ended - row.started).total_seconds()
            assert all(abs(file.duration - span) < 1.5 for file in files), (span, [f.duration for f in files])
            recorded = [file.duration - sum(to - start for start, to, _ in file.gaps) for file in files]
            assert min(recorded) > 5, recorded
