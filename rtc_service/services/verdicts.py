"""What verifying the audit found, written down: in the audit itself, and as an alert."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .. import conf
from ..models import AuditEntry, AuditSeal
from . import alerts, audit
from .anchors import Anchor, read
from .verifying import Report, verify

log = logging.getLogger("rtc_service.verdicts")
UNREAD = "audit.anchor_file:read"  # key of the alert


@contextmanager
def anchors_of(path: str) -> Iterator[Iterator[Anchor]]:
    """The anchors of a file, line by line; none for an empty path. Raises OSError."""
    if not path:
        yield iter(())
        return
    with Path(path).open(errors="replace") as lines:
        yield read(lines)


def check(anchor_file: str = "", since: int = 0, *, record: bool = True) -> Report:
    """Verify, against AUDIT_ANCHOR_FILE unless another file is named, and write down the result.

    Raises OSError of a file that is named. Where AUDIT_ANCHOR_FILE cannot be read the chain is verified without it:
    the report's `unread` says so, and an alert."""
    if anchor_file:
        with anchors_of(anchor_file) as anchors:
            report = verify(anchors, since)
    else:
        report = _against_own(since)
    if record:
        keep(report)
    return report


def _against_own(since: int) -> Report:
    path = conf.core().AUDIT_ANCHOR_FILE
    try:
        if path and not Path(path).exists() and not AuditSeal.objects.exists():
            path = ""  # nothing was sealed yet, so nothing was anchored
        with anchors_of(path) as anchors:
            report = verify(anchors, since)
    except OSError as error:
        log.exception("the anchor file cannot be read")
        # Of its own key: that the sealer can write the file, perhaps on another machine, does not clear it.
        alerts.raise_("audit.anchor_file", key=UNREAD, error=type(error).__name__)
        report = verify((), since)
        report.unread = type(error).__name__
    else:
        alerts.clear("audit.anchor_file", key=UNREAD)
    return report


def keep(report: Report) -> None:
    """`audit.verified {from, up_to, digest}`, or `audit.broken {kind, seal, entry}` and an alert until it is whole;
    `audit.unread {error}` when it looks whole and was not compared with its anchors: that says nothing."""
    fault = report.fault
    if fault is None and report.unread:
        audit.record("audit.unread", target=f"seal:{report.last}", error=report.unread, up_to=report.last)
        return
    if fault is None:
        numbers: dict[str, Any] = {
            "first": report.first,
            "up_to": report.last,
            "digest": report.digest,
            "anchors": report.anchors,
        }
        audit.record("audit.verified", target=f"seal:{report.last}", **numbers)
        alerts.clear("audit.broken", key="audit.broken")
        return
    audit.record("audit.broken", target=f"seal:{fault.seal}", kind=fault.kind, seal=fault.seal, entry=fault.entry)
    alerts.raise_("audit.broken", key="audit.broken", target=f"seal:{fault.seal}", kind=fault.kind, entry=fault.entry)


def verified_up_to() -> int:
    """The newest seal up to which the audit was found whole; 0: never verified."""
    data = AuditEntry.objects.filter(action="audit.verified").order_by("-pk").values_list("data", flat=True).first()
    return int(data.get("up_to", 0)) if isinstance(data, dict) else 0
