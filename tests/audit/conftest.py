"""A small sealed audit, and the verdict of the verifier on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rtc_service import clock
from rtc_service.models import AuditEntry, AuditSeal
from rtc_service.services import audit, sealing
from rtc_service.services.anchors import read
from rtc_service.services.verifying import Report, verify
from rtc_service.testing import later
from tests.harness.plugin import core

__all__ = ["core"]


@pytest.fixture
def anchor_file(core: Callable[..., None], tmp_path: Path, db: None) -> Path:
    path = tmp_path / "anchors"
    core(AUDIT_ANCHOR_FILE=str(path))
    return path


@pytest.fixture
def sealed(anchor_file: Path) -> Callable[..., None]:
    """`sealed(4, 4, 4)`: three seals of four entries each, a minute apart; more calls go on behind."""

    def make(*sizes: int) -> None:
        begun = AuditSeal.objects.count()
        waiting = AuditEntry.objects.filter(seal__isnull=True).count()  # what other fixtures did
        for number, size in enumerate(sizes):
            with later(60.0 * (begun + number)):
                for index in range(size):
                    audit.record("test.done", actor=f"v:{index}", target=f"row:{index}", number=index, of=size)
            with later(60.0 * (begun + number) + 30):
                assert sealing.run() == size + waiting
            waiting = 0
        clock.shift(60.0 * (begun + len(sizes)))  # put back by the fixture below

    return make


@pytest.fixture(autouse=True)
def present() -> Any:
    yield
    clock.shift(0)


@pytest.fixture
def verdict(anchor_file: Path) -> Callable[..., Report]:
    """`verdict()` without the anchors, `verdict(anchors=True)` with the file that was written meanwhile."""

    def check(*, anchors: bool = False, since: int = 0) -> Report:
        return verify(read(anchor_file.read_text().splitlines()) if anchors else (), since)

    return check


@pytest.fixture
def entry() -> Callable[[int, int], AuditEntry]:
    """`entry(2, 3)`: the third entry of the second seal."""
    return lambda seal, place: AuditEntry.objects.get(seal__number=seal, place=place)
