"""A recorder as a client of the call: it offers, takes answers, obeys pauses, notices what is missing, and goes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from recordings.models import Recording, Segment
from recordings.recorder import worker
from rtc_service import clock, tokens
from rtc_service.db import in_db
from rtc_service.models import Alert, Call, Link
from rtc_service.testing import assert_replay_equals_snapshot, run_duties
from rtc_service.testing_sockets import Tab
from tests.harness.people import People
from tests.recordings.recorder_story import Studio, answer, eventually, studio

Core = Callable[..., None]


async def begun(place: Studio) -> None:
    """Both have answered and their media comes."""
    for tab in (place.alice, place.bob):
        await answer(tab, place.talk.call)
    await eventually(lambda: [c.answered for c in place.captures()], lambda all_: all_ == [["v=0 answer"]] * 2)
    for capture in place.captures():
        capture.arrives()
    await place.becomes("running")


async def consistent(place: Studio) -> None:
    await in_db(lambda: assert_replay_equals_snapshot(Call.objects.get(uuid=place.talk.call)))


def segments(**wanted: Any) -> list[Segment]:
    return list(Segment.objects.filter(**wanted).order_by("pk"))


async def test_it_offers_to_both_and_runs_with_the_first_media(people: People, core: Core) -> None:
    async with studio(people, core) as place:
        await begun(place)
        row = await place.row()
        assert row.started is not None and row.epoch == 1 and row.owner == worker.owner()
        for tab in (place.alice, place.bob):
            states = [f["body"]["data"]["state"] for f in tab.frames if f["body"].get("kind") == "recordings.state"]
            assert states[-2:] == ["starting", "running"]
            opened = await tab.kind("link.open", kind="record", generation=1)
            assert (opened["offer"], opened["polite"], opened["peer"]["role"]) == (False, False, "recorder")
        assert {capture.bitrate for capture in place.captures()} == {1_700_000}
        await eventually(lambda: in_db(segments), lambda rows: len(rows) == 2)
        # The recorder says that the links stand; the parties' word is still missing.
        links = await in_db(lambda: list(Link.objects.filter(kind="record")))
        await eventually(lambda: in_db(lambda: [x.up_first for x in Link.objects.filter(kind="record")]), all)
        assert len(links) == 2
        await consistent(place)


async def test_a_pause_closes_the_segments_and_nothing_is_written_before_the_end_of_it(
    people: People, core: Core
) -> None:
    async with studio(people, core) as place:
        await begun(place)
        await eventually(lambda: in_db(segments), lambda rows: len(rows) == 2)
        assert (await place.bob.ask("recordings.pause", {}, call=place.talk.call))["body"]["result"] == {
            "state": "paused"
        }
        await eventually(lambda: [capture.paused for capture in place.captures()], all)
        closed = await eventually(lambda: in_db(segments, closed__isnull=False), lambda rows: len(rows) == 2)
        assert all(row.size == 5 and len(row.sha256) == 64 and row.counts == {"audio": 1} for row in closed)
        for capture in place.captures():
            capture.arrives()
        await place.bob.ask("recordings.resume", {}, call=place.talk.call)
        await eventually(lambda: [capture.paused for capture in place.captures()], lambda all_: all_ == [False] * 2)
        assert len(await in_db(segments)) == 2
        for capture in place.captures():
            capture.arrives()
        rows = await eventually(lambda: in_db(segments), lambda rows: len(rows) == 4)
        assert sorted(row.number for row in rows) == [1, 1, 2, 2]


async def test_a_generation_made_while_paused_is_paused(people: People, core: Core) -> None:
    async with studio(people, core) as place:
        await begun(place)
        await place.bob.ask("recordings.pause", {}, call=place.talk.call)
        await eventually(lambda: [capture.paused for capture in place.captures()], all)
        opened = await place.alice.kind("link.open", kind="record", generation=1)
        await place.alice.ask("link.renew", {"link": opened["link"], "generation": 1}, call=place.talk.call)
        await place.alice.kind("link.description", link=opened["link"], generation=2)
        assert [capture.paused for capture in place.captures()] == [True, True]


async def test_staff_stops_it(people: People, core: Core) -> None:
    async with studio(people, core) as place:
        await begun(place)
        await place.bob.ask("recordings.stop", {}, call=place.talk.call)
        await eventually(lambda: worker._sessions, lambda sessions: not sessions)
        row = await place.row()
        assert row.state == "finalising" and row.lease_until is None and row.given is not None
        assert all(segment.closed for segment in await in_db(segments))
        assert place.captures() == []
        closed = await place.alice.kind("link.close")
        assert closed["reason"] == "recording_over"
        assert (await in_db(Call.objects.get)).state == "connecting"
        await consistent(place)


async def test_the_call_ends(people: People, core: Core) -> None:
    async with studio(people, core) as place:
        await begun(place)
        await place.alice.ask("call.hang_up", {}, call=place.talk.call)
        await eventually(lambda: worker._sessions, lambda sessions: not sessions)
        await in_db(run_duties)
        row = await place.row()
        assert (row.state, row.cause) == ("finalising", "ended") and row.given is not None
        assert all(segment.closed for segment in await in_db(segments))
        await consistent(place)


async def test_a_party_that_loads_its_page_again_is_offered_anew(people: People, core: Core) -> None:
    async with studio(people, core) as place:
        await begun(place)
        await place.alice.close()
        again = await Tab("tab").open(resume=place.alice.resume)
        await answer(again, place.talk.call, generation=2)
        await eventually(lambda: [len(c.answered) for c in place.captures()], lambda all_: all_ == [1, 1])
        await again.close()


async def test_the_recorders_socket_breaks_and_comes_back_with_its_links(people: People, core: Core) -> None:
    async with studio(people, core) as place:
        await begun(place)
        socket = place.session._client._socket
        assert socket is not None
        await socket.close()
        await eventually(lambda: place.session._client._socket, lambda now: now not in (None, socket))
        captures = place.captures()
        await place.bob.ask("recordings.pause", {}, call=place.talk.call)
        await eventually(lambda: [capture.paused for capture in captures], all)
        links = await in_db(lambda: [link.generation for link in Link.objects.filter(kind="record")])
        assert links == [1, 1], "nothing was built anew"
        assert (await place.row()).epoch == 1


async def test_what_was_said_while_the_socket_was_away_is_obeyed(people: People, core: Core) -> None:
    async with studio(people, core) as place:
        await begun(place)
        client = place.session._client
        client._url, url = "ws://127.0.0.1:9/", client._url
        assert client._socket is not None
        await client._socket.close()
        await eventually(lambda: client.welcomed, lambda there: not there)
        await place.bob.ask("recordings.pause", {}, call=place.talk.call)
        client._url = url
        await eventually(lambda: [capture.paused for capture in place.captures()], all)


async def test_no_picture_and_no_sound_are_said_and_cleared(people: People, core: Core) -> None:
    async with studio(people, core, ALARM_SECONDS=0.8, STALL_SECONDS=60) as place:
        on = {"camera": True, "microphone": True, "screen": False}
        for tab in (place.alice, place.bob):
            await tab.ask("media", on, call=place.talk.call)
        await begun(place)
        alice = (await place.alice.kind("link.open", kind="record"))["peer"]
        assert alice["role"] == "recorder"
        problems = await eventually(
            lambda: in_db(lambda: sorted(Alert.objects.values_list("code", flat=True))), lambda found: len(found) == 4
        )
        assert problems == ["recordings.no_picture"] * 2 + ["recordings.no_sound"] * 2
        told = await place.bob.event("recordings.alarm")
        assert told["data"]["on"] is True and told["data"]["participant"]
        assert "recordings.alarm" not in place.alice.kinds()

        def feed() -> list[None]:
            return [capture.arrives() for capture in place.captures()]

        await eventually(
            lambda: feed() and in_db(Alert.objects.filter(cleared__isnull=True).count), lambda standing: standing == 0
        )


async def test_what_a_party_has_switched_off_is_no_alarm(people: People, core: Core) -> None:
    async with studio(people, core, ALARM_SECONDS=0.3, STALL_SECONDS=60) as place:
        await place.alice.ask("media", {"camera": False, "microphone": True, "screen": False}, call=place.talk.call)
        await begun(place)
        await eventually(
            lambda: [party.alarms for party in place.session._parties.values()],
            lambda found: sorted(map(sorted, found)) == [[], ["no_sound"]],
        )
        assert await in_db(lambda: list(Alert.objects.values_list("code", flat=True))) == ["recordings.no_sound"]


async def test_a_link_over_which_nothing_comes_is_made_anew(people: People, core: Core) -> None:
    async with studio(people, core, STALL_SECONDS=0.5) as place:
        on = {"camera": True, "microphone": True, "screen": False}
        await place.alice.ask("media", on, call=place.talk.call)
        await begun(place)
        opened = await place.alice.kind("link.open", kind="record", generation=2)
        assert (await place.alice.kind("link.description", link=opened["link"], generation=2))["type"] == "offer"
        bobs = [f["body"]["generation"] for f in place.bob.frames if f["kind"] == "link.open"]
        assert 2 not in bobs, "bob has said that he sends nothing"


async def test_another_takes_its_place_and_it_writes_nothing_more(people: People, core: Core) -> None:
    async with studio(people, core) as place:
        await begun(place)
        await eventually(lambda: in_db(segments), lambda rows: len(rows) == 2)
        # As after a SIGSTOP: the lease has run out, another has claimed, and this one does not know.
        await in_db(lambda: Recording.objects.update(epoch=2, lease_until=clock.after(60), owner="another"))
        for capture in place.captures():
            capture.arrives(b"too late")
        await eventually(lambda: worker._sessions, lambda sessions: not sessions)
        assert place.session.reason == "lost its place"
        rows = await in_db(segments)
        assert len(rows) == 2 and not any(row.closed for row in rows)
        row = await place.row()
        assert (row.owner, row.epoch) == ("another", 2) and row.lease_until is not None


async def test_the_worker_stops_and_lets_go_at_once(people: People, core: Core) -> None:
    async with studio(people, core) as place:
        await begun(place)
        began = time.monotonic()
        await worker.stop_all()
        assert time.monotonic() - began < 3
        row = await place.row()
        assert row.lease_until is None and row.state == "running"
        assert all(segment.closed for segment in await in_db(segments))
        assert await worker._take(place.recording), "another goes on"
        taken = worker._sessions[place.recording]
        assert taken is not None and taken.claim.epoch == 2
        assert {party.next_number for party in taken.claim.parties.values()} == {2}
        await answer(place.alice, place.talk.call, generation=2)
        await answer(place.bob, place.talk.call, generation=2)
        await eventually(lambda: len(place.captures()), lambda count: count == 2)


async def test_there_is_room_for_so_many_only(people: People, core: Core) -> None:
    async with studio(people, core, RECORDINGS_PER_PROCESS=1) as place:
        other = await in_db(lambda: Recording.objects.exclude(uuid=place.recording).count())
        assert other == 0
        assert not await worker._take(place.recording), "it runs here already"
        from uuid import uuid4

        assert not await worker._take(uuid4())
        assert list(worker._sessions) == [place.recording]


async def test_one_that_was_replaced_does_not_throw_its_successor_out(people: People, core: Core) -> None:
    async with studio(people, core) as place:
        await begun(place)
        client, claim = place.session._client, place.session.claim
        # Another has claimed and sits in the seat; this one's socket is gone, and the goodbye with it.
        await in_db(lambda: Recording.objects.update(epoch=2, lease_until=clock.after(60), owner="another"))
        leg = await in_db(lambda: Recording.objects.get().leg)
        assert client._socket is not None
        socket, client._read = client._socket, _deaf  # type: ignore[method-assign]
        successor = await Tab("successor").connect()
        answer = await successor.hello(tokens.hello(f"s:{leg.uuid}", "recorder"), take_over=True)  # type: ignore[union-attr]
        assert answer["kind"] == "welcome"
        await socket.close()
        await eventually(lambda: worker._sessions, lambda sessions: not sessions)
        assert place.session.reason == "lost its place" and claim.epoch == 1
        await successor.settle()
        assert "bye" not in successor.kinds() and successor.code is None


async def _deaf(socket: Any) -> str:
    await socket.wait_closed()
    return ""


async def test_one_that_is_thrown_out_wrongly_comes_back(people: People, core: Core) -> None:
    async with studio(people, core) as place:
        await begun(place)
        leg = place.session.claim.leg
        # A recorder that was replaced long ago, of a version that does not look before it sits down.
        zombie = await Tab("zombie").connect()
        await zombie.hello(tokens.hello(f"s:{leg}", "recorder"), take_over=True)
        await zombie.kind("bye", reason="taken_over")
        await eventually(lambda: place.session._client.welcomed, bool)
        assert list(worker._sessions) == [place.recording]


async def test_it_ends_while_it_puts_a_broken_socket_away(people: People, core: Core) -> None:
    async with studio(people, core) as place:
        await begun(place)
        client, putting_away = place.session._client, asyncio.Event()

        async def beat(socket: Any) -> None:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                putting_away.set()
                await asyncio.sleep(60)

        client._beat = beat  # type: ignore[method-assign]
        assert client._socket is not None
        await client._socket.close()  # the next one has the beat of above
        await eventually(lambda: client.welcomed and client._socket, bool)
        await client._socket.close()
        await putting_away.wait()
        place.session.stop("asked to")
        await eventually(lambda: worker._sessions, lambda sessions: not sessions)
