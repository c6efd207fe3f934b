"""The digests of seals, written down outside of the database: whoever rewrites the tables cannot rewrite these.

One line per seal, to the file AUDIT_ANCHOR_FILE (append-only: `chattr +a`, or a mount of another machine) and to the
logger `rtc_service.audit.anchor` at INFO, which a host sends to its log server:

    rtc-audit-anchor <number> <sealed, ISO 8601 UTC> <entries> <digest>
"""

from __future__ import annotations

import fcntl
import logging
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from .. import conf
from ..chain import moment
from ..models import AuditSeal
from . import alerts

log = logging.getLogger("rtc_service.audit.anchor")
# Anywhere in a line: log servers put their own words before it.
LINE = re.compile(r"rtc-audit-anchor (\d+) (\S+) (\d+) ([0-9a-f]{64})(?![0-9a-f])")
TAIL = 4_096


@dataclass(frozen=True)
class Anchor:
    number: int
    digest: str


def line(seal: AuditSeal) -> str:
    return f"rtc-audit-anchor {seal.number} {moment(seal.sealed)} {seal.count} {seal.digest}"


def read(lines: Iterable[str]) -> Iterator[Anchor]:
    """The anchors in a file or log, in its order; other lines are passed over."""
    for text in lines:
        if found := LINE.search(text):
            yield Anchor(int(found[1]), found[4])


def publish(made: Sequence[AuditSeal]) -> None:
    """Tell the log of the new seals, and the file of all that it has not seen: a crash after the seal, or a sealer on
    another machine, leaves no gap. A file that cannot be written is an alert, and the next run makes up for it."""
    for seal in made:
        log.info("%s", line(seal))
    path = conf.core().AUDIT_ANCHOR_FILE
    if not path:
        return
    try:
        _append(Path(path), made)
    except OSError as error:
        log.exception("the anchor file cannot be written")
        alerts.raise_("audit.anchor_file", error=type(error).__name__)
    else:
        alerts.clear("audit.anchor_file")


def _append(path: Path, made: Sequence[AuditSeal]) -> None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o640)
    with os.fdopen(descriptor, "a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # one writer at a time, or two would add the same lines
        last = _last(file)
        for seal in _unseen(last, made):
            file.write(f"{line(seal)}\n".encode())
        file.flush()
        os.fsync(file.fileno())


def _last(file: BinaryIO) -> Anchor | None:
    """The newest line; a line that a crash has cut off is not one, and is ended here."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - TAIL))
    tail = file.read()
    if tail and not tail.endswith(b"\n"):
        file.write(b"\n")
    found = list(read(tail.decode(errors="replace").splitlines()))
    return found[-1] if found else None


def _unseen(last: Anchor | None, made: Sequence[AuditSeal]) -> Iterator[AuditSeal]:
    if last is None:
        if AuditSeal.objects.count() > len(made):
            log.warning("the anchor file was empty: all earlier seals are written to it as they are now")
        return AuditSeal.objects.order_by("number").iterator()
    # A file that was away for so long that its newest seal has been pruned meanwhile goes on with what there is.
    pruned = AuditSeal.objects.filter(number__gt=last.number, pruned__isnull=False).exists()
    then = AuditSeal.objects.filter(number=last.number).first()
    if not pruned and (then is None or then.digest != last.digest):
        # Seals that the file has seen were removed or rewritten. What was made now is written beside them: both stay.
        log.error("seal %s is not the one that was anchored", last.number)
        alerts.raise_("audit.broken", key="audit.broken", target=f"seal:{last.number}")
        return iter(made)
    return AuditSeal.objects.filter(number__gt=last.number).order_by("number").iterator()
