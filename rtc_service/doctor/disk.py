"""Room on the disks that we write to."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from .. import conf
from .finding import Finding, ok, problem, warning

GIB = 1 << 30
LOW, FULL = (0.10, 2 * GIB), (0.02, GIB // 4)  # a share of the disk, and bytes: both must be undercut


def check() -> list[Finding]:
    """Databases on this machine, the anchor file, and temporary files; leaves check their own places."""
    return list(of(dict(places())))


def places() -> Iterator[tuple[Path, str]]:
    yield Path(tempfile.gettempdir()), "temporary files"
    for given in settings.DATABASES.values():
        if str(given.get("ENGINE", "")).endswith("sqlite3") and Path(given["NAME"]).parent.exists():
            yield Path(given["NAME"]).parent, "the database"
    if anchor := conf.core().AUDIT_ANCHOR_FILE:
        yield Path(anchor).parent, "the audit's anchors"


def of(given: dict[Path, str]) -> Iterator[Finding]:
    """For folders and what lies in them."""
    for path, what in given.items():
        try:
            usage = shutil.disk_usage(path)
        except OSError as error:
            yield problem(f"The folder of {what} cannot be looked at ({error.strerror}).", "Is it there, and ours?")
            continue
        text = f"{usage.free / GIB:.1f} GiB of {usage.total / GIB:.1f} are free for {what}."
        if _below(usage.free, usage.total, FULL):
            yield problem(text, "Make room: what cannot be written is lost.")
        elif _below(usage.free, usage.total, LOW):
            yield warning(text, "Make room soon.")
        else:
            yield ok(text)


def _below(free: int, total: int, limit: tuple[float, int]) -> bool:
    return free < total * limit[0] and free < limit[1]
