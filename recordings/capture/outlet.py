"""Bytes of one segment on their way to its sink: in order, on a thread, never on the event loop."""

from __future__ import annotations

import io
import logging
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol

logger = logging.getLogger("rtc_recordings")

THREADS = 4  # sinks wait for disks and databases, not for processors
_pools: dict[int, ThreadPoolExecutor] = {}  # by process: a thread does not survive a fork


def pool() -> ThreadPoolExecutor:
    """One per process, made when it is first needed."""
    found = _pools.get(os.getpid())
    if found is None:
        found = _pools[os.getpid()] = ThreadPoolExecutor(THREADS, thread_name_prefix="rtc-capture")
    return found


class SegmentSink(Protocol):
    """Where a segment goes. Made and called on a worker thread, one call at a time: it may wait for a disk or a
    database, but never for the event loop. A method `checkpoint(clocks, counts)`, if it has one, is told every
    few seconds what `closed` would be told (without the ticks): after a kill that is all there is.
    """

    @property
    def writer(self) -> io.RawIOBase:
        """Takes WebM. `seal()` (or else `flush()`) follows each stretch; `close()` comes before `closed`."""

    def closed(self, clocks: dict[str, Any], counts: dict[str, int]) -> None:
        """Once, after the last byte; also when writing has failed before."""


class Outlet:
    """`write`, `drain`, `checkpoint` and `finish` are called on the loop's thread and do not wait.

    When the sink is so slow that more than `most` bytes pile up, or raises, `error` is set and no more is taken.
    """

    def __init__(self, open_segment: Callable[[], SegmentSink], *, most: int) -> None:
        self.error: BaseException | None = None
        self.taken = 0  # bytes that have reached the sink
        self._open, self._most = open_segment, most
        self._sink: SegmentSink | None = None
        self._lock = threading.Lock()
        self._pending = bytearray()
        self._told: tuple[dict[str, Any], dict[str, int]] | None = None
        self._last: tuple[dict[str, Any], dict[str, int]] | None = None
        self._working = False
        self._finished: Future[None] = Future()

    @property
    def waiting(self) -> int:
        return len(self._pending)

    def write(self, data: bytes) -> None:
        with self._lock:
            if self.error is None and len(self._pending) + len(data) > self._most:
                self.error = BlockingIOError("the sink is too slow")
            if self.error is None:
                self._pending += data

    def drain(self) -> None:
        """Let a thread take what is there."""
        with self._lock:
            if self._working or not (self._pending or self._told or self._last):
                return
            self._working = True
        pool().submit(self._work)

    def checkpoint(self, clocks: dict[str, Any], counts: dict[str, int]) -> None:
        self._told = (clocks, counts)
        self.drain()

    def finish(self, clocks: dict[str, Any], counts: dict[str, int]) -> Future[None]:
        """The sink is closed when the future is done; it never has an exception."""
        self._last = (clocks, counts)
        self.drain()
        return self._finished

    def _work(self) -> None:
        while True:
            with self._lock:
                data, self._pending = self._pending, bytearray()
                told, self._told = self._told, None
                last = self._last
                if not (data or told or last):
                    self._working = False
                    return
            if self.error is None and (data or told):
                self._try(lambda data=data, told=told: self._pass_on(data, told))  # type: ignore[misc]
            if last and not self._pending:
                if self._sink is not None:
                    self._try(lambda last=last, sink=self._sink: self._end(sink, *last))  # type: ignore[misc]
                self._finished.set_result(None)
                return

    def _pass_on(self, data: bytearray, told: tuple[dict[str, Any], dict[str, int]] | None) -> None:
        if self._sink is None:
            self._sink = self._open()
        if data:
            self._sink.writer.write(data)
            seal: Callable[[], None] = getattr(self._sink.writer, "seal", self._sink.writer.flush)
            seal()
            self.taken += len(data)
        if told:
            checkpoint = getattr(self._sink, "checkpoint", None)
            if checkpoint is not None:
                checkpoint(*told)

    def _end(self, sink: SegmentSink, clocks: dict[str, Any], counts: dict[str, int]) -> None:
        try:
            sink.writer.close()
        finally:
            sink.closed(clocks, counts)

    def _try(self, step: Callable[[], None]) -> None:
        try:
            step()
        except Exception as problem:  # noqa: BLE001 - whatever a sink raises: the segment is over, the call is not
            logger.error("a segment could not be written: %s", type(problem).__name__, exc_info=problem)
            with self._lock:
                self.error = self.error or problem
                self._pending, self._told = bytearray(), None
