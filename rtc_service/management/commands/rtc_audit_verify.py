"""`manage.py rtc_audit_verify [--anchor FILE]`: exit 0 when the audit is what was written, 1 with the first bad row,
2 when the anchors cannot be read."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...services import verdicts


class Command(BaseCommand):
    help = "Verifies the sealed audit. Exit code 1 names the first row that was edited, removed, put in or moved."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--anchor", default="", help="file or log with rtc-audit-anchor lines; -: standard input")
        parser.add_argument("--since", type=int, default=0, metavar="SEAL", help="begin with this seal")
        parser.add_argument("--no-record", action="store_true", help="write no audit entry of the result")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        path = "/dev/stdin" if options["anchor"] == "-" else options["anchor"]
        try:
            report = verdicts.check(path, options["since"], record=not options["no_record"])
        except OSError as error:
            raise CommandError(f"the anchors cannot be read: {error}", returncode=2) from error
        fault = report.fault
        if options["json"]:
            found = {"first": report.first, "last": report.last, "digest": report.digest, "entries": report.entries,
                     "pending": report.pending, "anchors": report.anchors,
                     "unread": report.unread, "fault": fault._asdict() if fault else None}  # fmt: skip
            self.stdout.write(json.dumps(found))
        elif fault is None:
            seals = f"seals {report.first} to {report.last}" if report.last else "no seal yet"
            self.stdout.write(
                f"whole: {seals}, {report.entries} entries, {report.pending} not sealed yet, {report.anchors} anchors"
            )
            if not report.anchors and not report.unread:
                self.stdout.write("No anchors were given: that seals at the end are gone would not be noticed.")
        else:
            self.stderr.write(f"{fault.kind}: {fault.text}")
        if fault is not None:
            sys.exit(1)
        if report.unread:
            raise CommandError(f"the anchors cannot be read: {report.unread}", returncode=2)
