"""`manage.py rtc_audit_export --from 2026-01-01 --to 2026-02-01 --format csv > audit.csv`"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_date, parse_datetime

from ...models import AuditEntry
from ...services import audit
from ...services.exporting import FORMATS, Export


def moment(text: str) -> datetime:
    """A date (its beginning) or a date with time, UTC unless it says otherwise."""
    try:
        found = parse_datetime(text)
        day = parse_date(text) if found is None or len(text) == len("2026-01-01") else None
    except ValueError:
        found = day = None
    if day is not None:
        found = datetime.combine(day, time())
    if found is None:
        raise CommandError(f"{text!r} is no date: 2026-01-31 or 2026-01-31T12:00:00+00:00")
    return found if found.tzinfo else found.replace(tzinfo=UTC)


class Command(BaseCommand):
    help = "Writes the audit as CSV or JSON lines; --from is included, --to is not."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="start", default="", metavar="DATE")
        parser.add_argument("--to", dest="end", default="", metavar="DATE")
        parser.add_argument("--format", choices=sorted(FORMATS), default="csv")
        parser.add_argument("--bom", action="store_true", help="a byte order mark, for spreadsheets")
        parser.add_argument("--output", default="-", help="a file; - is standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        entries = AuditEntry.objects.all()
        if options["start"]:
            entries = entries.filter(at__gte=moment(options["start"]))
        if options["end"]:
            entries = entries.filter(at__lt=moment(options["end"]))
        export = Export(entries, kind=options["format"], bom=options["bom"])
        if options["output"] == "-":
            for text in export:
                self.stdout.write(text, ending="")
        else:
            try:
                with Path(options["output"]).open("w", encoding="utf-8", newline="") as file:
                    file.writelines(export)
            except OSError as error:
                raise CommandError(f"{options['output']} cannot be written: {error}") from error
        given = {name: options[name] for name in ("start", "end", "format")}
        audit.record("audit.exported", actor="shell", entries=export.count, **given)
        print(f"{export.count} entries", file=sys.stderr)
