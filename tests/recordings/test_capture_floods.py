"""Floods on a capture's sockets, by anybody and by the party itself: neither fills memory nor sends us about."""

from __future__ import annotations

import asyncio
import math
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from aioice import stun

from recordings.capture import watch
from recordings.capture.bucket import for_party
from recordings.capture.guard import SOURCES
from recordings.capture.limits import CaptureLimits
from recordings.capture.peer import PartyCapture
from recordings.capture.rehearsal import Party, Source, encode_pictures

from .capturing import captured, clock_pictures, until, within
from .test_capture_guard import new_capture, port_of


def connection_of(capture: PartyCapture) -> Any:
    return capture._receivers["audio"].transport.transport._connection


@contextmanager
def sender() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.setblocking(False)
        yield own


def check(connection: Any, **more: Any) -> bytes:
    """A connectivity check as the party itself could send it, from wherever it likes."""
    message = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
    message.attributes["USERNAME"] = f"{connection.local_username}:{connection.remote_username}"
    message.attributes.update(more)
    message.add_message_integrity(connection.local_password.encode())
    return bytes(message)


def test_what_only_looks_like_stun_is_kept_by_nobody() -> None:
    async def main() -> None:
        capture, _sinks = new_capture(["127.0.0.1"])
        target = ("127.0.0.1", port_of(await capture.offer()))
        try:
            with sender() as stranger:
                for number in range(200):
                    stranger.sendto(bytes([number % 4]) + os.urandom(1200), target)
                    await asyncio.sleep(0)
                await until(lambda: capture.stats.strangers == 200, "all of them to be counted")
            assert connection_of(capture)._queue.qsize() == 0
        finally:
            await capture.close()

    within(main())


def test_a_party_that_checks_from_everywhere_gets_no_more_pairs_than_sources() -> None:
    async def main() -> None:
        capture, _sinks = new_capture(["127.0.0.1"])
        party = Party(picture=Source("video", clock_pictures(30)))
        try:
            offer = await capture.offer()
            await capture.answer(await party.answer(offer))
            await until(lambda: capture.stats.state == "connected", "the capture to be connected")
            connection, target = connection_of(capture), ("127.0.0.1", port_of(offer))
            for _number in range(SOURCES * 3):
                with sender() as other:
                    other.sendto(check(connection, PRIORITY=1, **{"ICE-CONTROLLED": 1}), target)
                    await asyncio.sleep(0)
            await until(lambda: capture.stats.strangers >= SOURCES * 2, "the rest to be counted")
            assert len(connection.remote_candidates) <= SOURCES
            assert len(connection._check_list) <= SOURCES
            assert capture.stats.state == "connected"
        finally:
            await capture.close()
            await party.close()

    within(main())


def test_a_check_without_what_it_must_have_breaks_nothing() -> None:
    async def main() -> None:
        broken: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: broken.append(context))
        capture, _sinks = new_capture(["127.0.0.1"])
        try:
            target = ("127.0.0.1", port_of(await capture.offer()))
            with sender() as other:
                other.sendto(check(connection_of(capture)), target)
                await until(lambda: capture.stats.strangers == 1, "it to be counted")
            assert not broken
        finally:
            await capture.close()

    within(main())


def test_a_party_that_sends_faster_than_it_may_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bit rate is asked for by REMB; whoever does not listen gets no further than the bucket."""

    async def main() -> None:
        limits = CaptureLimits(rate_times=0.0, rate_more=64_000, rate_burst=2.0)  # 16,000 bytes at once
        picture = Source("video", clock_pictures(30))
        async with captured(picture=picture, limits=limits, start=False) as call:
            connection = connection_of(call.capture)
            handed: list[int] = []
            connection.data_received = lambda data, component: handed.append(len(data))
            call.capture._guard._deliver = connection.data_received  # type: ignore[union-attr]
            transport = call.party.ice
            for _number in range(100):
                await transport.send(bytes([128]) + bytes(999))
            await until(lambda: len(handed) + call.stats.excess >= 100, "all of them to be counted")
            assert len(handed) <= 20, "the burst, and what ran in meanwhile"
            assert call.stats.excess >= 80

    within(main())


def test_a_bucket_lets_through_what_its_rate_says() -> None:
    now = 100.0
    bucket = for_party(1_700_000, CaptureLimits(), lambda: now)  # (4 x 1.7 + 1) Mbit/s = 975,000 bytes per second
    assert sum(bucket.take(1000) for _ in range(5000)) == 1950, "two seconds at once"
    now += 1.0
    assert sum(bucket.take(1000) for _ in range(5000)) == 975
    now -= 50.0
    assert not bucket.take(1000), "a clock that jumps back fills nothing"
    now += 1000.0
    assert sum(bucket.take(1000) for _ in range(5000)) == 1950, "nor is more saved up than the burst"
    lifted = for_party(1_700_000, CaptureLimits(rate_times=math.inf), lambda: now)
    assert all(lifted.take(1 << 30) for _ in range(5))


def test_a_picture_that_would_be_huge_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    (piece,) = encode_pictures(1, width=640, height=360)
    monkeypatch.setattr(watch, "MOST_PIXELS", 640 * 360)
    assert watch.mean_luma(piece.data) is not None
    monkeypatch.setattr(watch, "MOST_PIXELS", 640 * 360 - 1)
    assert watch.mean_luma(piece.data) is None
