"""Verifying and exporting a long audit takes no more memory than a short one."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rtc_service import clock
from rtc_service.models import AuditEntry
from rtc_service.services import sealing, verdicts
from rtc_service.services.exporting import Export
from rtc_service.testing import later

SHORT, LONG = 3_000, 9_000
SLACK = 1_000_000  # bytes; all of the long one at once would be several times that


def fill(count: int) -> None:
    now = clock.now()
    for begin in range(0, count, 1_000):
        AuditEntry.objects.bulk_create(
            AuditEntry(at=now, action="test.done", actor="v:1", data={"number": number, "text": "x" * 200})
            for number in range(begin, begin + 1_000)
        )
    with later(20):
        sealing.run()


def peak(work: Callable[[], Any]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_audit(core: Callable[..., None], anchor_file: Path) -> None:
    core(AUDIT_SEAL_ENTRIES=500)

    def whole() -> None:
        report = verdicts.check(record=False)
        assert (report.fault, report.entries) == (None, AuditEntry.objects.count())

    def export() -> None:
        assert sum(len(text) for text in Export(AuditEntry.objects.all())) > 200 * AuditEntry.objects.count()

    fill(SHORT)
    short = [peak(whole), peak(export)]
    fill(LONG - SHORT)
    long = [peak(whole), peak(export)]
    assert long[0] < short[0] + SLACK and long[1] < short[1] + SLACK, (short, long)
