"""The audit: is it sealed, anchored, and verified lately?"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from .. import clock, conf
from ..models import Alert, AuditEntry, AuditSeal
from .finding import Finding, ok, problem, warning

UNSEALED, UNVERIFIED = timedelta(minutes=10), timedelta(days=3)


def check() -> list[Finding]:
    now = clock.now()
    found = []
    if (broken := Alert.objects.filter(code="audit.broken", cleared__isnull=True).first()) is not None:
        text = f"The audit is broken at {broken.target} since {broken.raised:%Y-%m-%d %H:%M}."
        found.append(problem(text, "Run `manage.py rtc_audit_verify` and keep a copy of the database."))
    oldest = AuditEntry.objects.filter(seal__isnull=True).order_by("at").values_list("at", flat=True).first()
    if oldest is not None and now - oldest > UNSEALED:
        hint = "Is beat running, with rtc_service.tasks.beat_schedule()? `manage.py rtc_audit_seal` does it by hand."
        found.append(problem(f"Entries since {oldest:%Y-%m-%d %H:%M} are not sealed.", hint))
    found += _anchor(conf.core().AUDIT_ANCHOR_FILE)
    verified = AuditEntry.objects.filter(action="audit.verified").order_by("-pk").values_list("at", flat=True).first()
    if AuditSeal.objects.exists() and (verified is None or now - verified > UNVERIFIED):
        since = "never" if verified is None else f"last on {verified:%Y-%m-%d}"
        found.append(warning(f"The audit was verified {since}.", "Beat does it daily; `manage.py rtc_audit_verify`."))
    return found or [ok("The audit is sealed, anchored and verified.")]


def _anchor(given: str) -> list[Finding]:
    if not given:
        text = "The audit's digests go to the log only (logger rtc_service.audit.anchor)."
        return [warning(text, "Set core.AUDIT_ANCHOR_FILE, or send that logger to a log server.")]
    path, hint = Path(given), "Let this account, and those of the workers, read and append to core.AUDIT_ANCHOR_FILE."
    try:
        there = path.exists()
        if there:
            with path.open("rb") as file:
                file.read(1)
    except OSError as error:
        return [problem(f"The audit's anchor file cannot be read: {type(error).__name__}.", hint)]
    if not os.access(path if there else path.parent, os.W_OK):
        return [problem("The audit's anchor file cannot be written.", hint)]
    if (alert := Alert.objects.filter(code="audit.anchor_file", cleared__isnull=True).first()) is not None:
        # Another process, perhaps of another account or machine, has met it.
        error_name, since = alert.data.get("error", "an error"), f"{alert.raised:%Y-%m-%d %H:%M}"
        text = f"The audit's anchor file could not be read or written where the audit is kept, since {since}"
        return [problem(f"{text}: {error_name}.", hint)]
    return []
