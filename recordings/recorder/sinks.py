"""Where a capture's WebM goes: a row, and an encrypted file that only this process has the key of.

Called on a capture's worker threads, one call at a time; may wait for database and storage."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable
from copy import deepcopy
from typing import Any
from uuid import UUID

from rtc_service.db import with_connection

from ..services import segments
from ..services.leases import Claim
from ..services.segments import PlaceLost
from ..vault import keys, store
from ..vault.container import StreamWriter


class Sinks:
    """Opens the segments of one party. `lost()` is called (on a worker thread) when another recorder has the place."""

    def __init__(self, claim: Claim, party: UUID, lost: Callable[[], None]) -> None:
        self._claim, self._party, self._lost = claim, party, lost
        self._row = claim.parties[party]
        self._number = self._row.next_number
        self._numbering = threading.Lock()  # two generations of a link may overlap for a moment

    def open(self) -> Sink:
        """The next segment. Raises PlaceLost; Conflict while the recording is paused; what the storage raises."""
        with self._numbering:
            number, self._number = self._number, self._number + 1
        name = f"{self._claim.uuid}/{self._party}-{number}.seg"
        key, key_id, wrapped = keys.new(name)
        at = time.time() + self._claim.offset
        row = {"party": self._row.pk, "number": number, "name": name, "key_id": key_id, "wrapped_key": wrapped}
        try:
            segment = with_connection(segments.opened, self._claim, at=at, **row)
        except PlaceLost:
            self._lost()
            raise
        return Sink(self._claim, segment, StreamWriter(store.create(name), key, name), self._lost)


class Sink:
    """One segment: `capture.SegmentSink` with checkpoints."""

    def __init__(self, claim: Claim, segment: int, writer: StreamWriter, lost: Callable[[], None]) -> None:
        self._claim, self._segment, self._lost = claim, segment, lost
        self.writer: io.RawIOBase = writer
        self._stream = writer

    def checkpoint(self, clocks: dict[str, Any], counts: dict[str, int]) -> None:
        self._tell(segments.checkpoint, clocks, counts)

    def closed(self, clocks: dict[str, Any], counts: dict[str, int]) -> None:
        self._tell(segments.closed, clocks, counts, sha256=self._stream.sha256)

    def _tell(self, step: Callable[..., None], clocks: dict[str, Any], counts: dict[str, int], **more: Any) -> None:
        told = corrected(clocks, self._claim.offset)
        try:
            with_connection(
                step, self._claim, self._segment, clocks=told, counts=counts, size=self._stream.size, **more
            )
        except PlaceLost:
            self._lost()
            raise


def corrected(clocks: dict[str, Any], offset: float) -> dict[str, Any]:
    """The same with arrivals on the database's clock, so that recorders of different machines agree."""
    told = deepcopy(clocks)
    for clock in told.values():
        if isinstance(clock, dict):
            if clock.get("arrival") is not None:
                clock["arrival"] += offset
            for report in clock.get("reports", ()):
                report[2] += offset
    return told
