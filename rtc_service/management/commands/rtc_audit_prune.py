"""`manage.py rtc_audit_prune`: removes whole old seals of the audit, where AUDIT_KEEP_DAYS says so."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ... import conf
from ...services import pruning, verdicts


class Command(BaseCommand):
    help = "Removes audit entries older than AUDIT_KEEP_DAYS, by whole seals; the rest of the chain stays verifiable."

    def handle(self, *args: Any, **options: Any) -> None:
        if conf.core().AUDIT_KEEP_DAYS is None:
            self.stdout.write("AUDIT_KEEP_DAYS is not set: everything is kept.")
            return
        # What is broken is evidence, and is not thrown away.
        report = verdicts.check()
        if report.fault is not None:
            raise CommandError(f"nothing was removed, the audit is broken: {report.fault.text}")
        if report.unread:
            raise CommandError(f"nothing was removed, the anchors cannot be read: {report.unread}")
        self.stdout.write(f"{pruning.run()} entries removed.")
