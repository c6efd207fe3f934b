"""Sinks that are slow, or break: the loop does not wait, memory is bounded, the recording goes on."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from recordings.capture.limits import CaptureLimits
from recordings.capture.outlet import Outlet
from recordings.capture.rehearsal import MemorySink, Source

from .capturing import captured, clock_pictures, until, within


class Gate(MemorySink):
    """Its first write waits until the test lets it go."""

    def __init__(self) -> None:
        super().__init__()
        self.opened = threading.Event()
        self.thread: threading.Thread | None = None
        stock = self.writer.write

        def write(data: Any) -> int:
            self.thread = threading.current_thread()
            self.opened.wait(10)
            return stock(data)

        self.writer.write = write  # type: ignore[method-assign]


class Broken(MemorySink):
    def __init__(self) -> None:
        super().__init__()

        def write(data: Any) -> int:
            raise OSError("no space left on device")

        self.writer.write = write  # type: ignore[method-assign]


def test_a_slow_sink_does_not_hold_up_the_loop() -> None:
    async def main() -> None:
        gate = Gate()
        picture = Source("video", clock_pictures(60))
        async with captured(picture=picture, open_segment=lambda: gate, limits=CaptureLimits(flush=0.2)) as call:
            try:
                await until(lambda: call.stats.frames == 60, "all pictures, with the sink standing still")
                assert gate.thread is not None
                assert gate.thread is not threading.main_thread()
                assert not gate.writer.kept
            finally:
                gate.opened.set()
            await call.finish()
            assert len(gate.frames("video")) == 60

    within(main())


def test_a_broken_sink_is_counted_and_the_next_one_goes_on() -> None:
    async def main() -> None:
        sinks: list[MemorySink] = []

        def opened() -> MemorySink:
            sinks.append(Broken() if not sinks else MemorySink())
            return sinks[-1]

        picture = Source("video", clock_pictures(150, 15))
        limits = CaptureLimits(flush=0.2, retry=0.5)
        async with captured(picture=picture, open_segment=opened, limits=limits) as call:
            await until(lambda: call.stats.failures == 1, "the failure to be noticed")
            assert picture.sent[-1].at < 2000
            await until(lambda: len(sinks) == 2, "the next segment")
            await call.finish()
            assert sinks[0].is_closed  # its row is not left open
            assert sinks[1].frames("video") == [piece.data for piece in picture.sent][-len(sinks[1].frames("video")) :]
            assert len(sinks[1].frames("video")) > 60
            assert call.stats.failures == 1

    within(main())


def test_an_outlet_holds_only_so_much_for_a_sink_that_stands_still() -> None:
    gate = Gate()
    outlet = Outlet(lambda: gate, most=1000)
    outlet.write(b"x" * 600)
    outlet.drain()
    while not gate.thread:
        threading.Event().wait(0.01)
    outlet.write(b"y" * 600)
    outlet.write(b"z" * 600)
    assert isinstance(outlet.error, BlockingIOError)
    assert outlet.waiting <= 1000
    gate.opened.set()
    outlet.finish({"video": {}}, {"video": 1}).result(5)
    assert gate.is_closed
    assert bytes(gate.writer.kept[:600]) == b"x" * 600


def test_pause_gives_up_on_a_sink_that_never_closes() -> None:
    async def main() -> None:
        gate = Gate()
        picture = Source("video", clock_pictures(30))
        limits = CaptureLimits(flush=0.2, pause=0.3)
        async with captured(picture=picture, open_segment=lambda: gate, limits=limits) as call:
            try:
                await until(lambda: gate.thread is not None, "the sink to be stuck")
                before = asyncio.get_running_loop().time()
                call.capture.pause()
                assert asyncio.get_running_loop().time() - before < 1.0
            finally:
                gate.opened.set()

    within(main())


def test_bytes_and_the_end_reach_a_sink_in_order() -> None:
    sink = MemorySink()
    outlet = Outlet(lambda: sink, most=1 << 20)
    for number in range(200):
        outlet.write(bytes([number]) * 10)
        if number % 7 == 0:
            outlet.drain()
    outlet.finish({"video": {"rate": 90_000}}, {"video": 3}).result(5)
    assert bytes(sink.writer.kept) == b"".join(bytes([number]) * 10 for number in range(200))
    assert (sink.clocks, sink.counts, sink.is_closed) == ({"video": {"rate": 90_000}}, {"video": 3}, True)
    assert outlet.taken == 2000


def test_a_segment_that_cannot_be_opened_ends_all_the_same() -> None:
    def refused() -> MemorySink:
        raise PermissionError

    outlet = Outlet(refused, most=1000)
    outlet.write(b"x")
    outlet.finish({}, {}).result(5)
    assert isinstance(outlet.error, PermissionError)


@pytest.mark.parametrize("empty", [True, False])
def test_an_end_without_bytes(empty: bool) -> None:
    sink = MemorySink()
    outlet = Outlet(lambda: sink, most=1000)
    if not empty:
        outlet.write(b"x")
    outlet.finish({}, {}).result(5)
    assert sink.is_closed is not empty  # a sink that was never needed is never made
