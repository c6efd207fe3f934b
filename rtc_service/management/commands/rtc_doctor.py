"""`manage.py rtc_doctor`: examine this installation and say what to mend. Exit code 1 when there is a problem."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...doctor.examine import Result, examine, known

MARKS = {"ok": ("ok     ", "SUCCESS"), "warning": ("warning", "WARNING"), "problem": ("PROBLEM", "ERROR")}


class Command(BaseCommand):
    help = "Examines this installation by what it really does, and says what to mend."
    requires_system_checks = ()  # they are one of ours, and a host with errors is whom this is for

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", action="append", default=[], metavar="NAME", help="a check; may be repeated")
        parser.add_argument("--json", action="store_true")
        parser.add_argument("--list", action="store_true", help="the names of all checks")

    def handle(self, *args: Any, **options: Any) -> None:
        names = list(known())
        if options["list"]:
            self.stdout.write("\n".join(names))
            return
        unknown = [word for word in options["only"] if not any(n == word or n.startswith(f"{word}.") for n in names)]
        if unknown:
            raise CommandError(f"There is no check {', '.join(unknown)}. There are: {', '.join(names)}.", returncode=2)
        results = []
        for result in examine(options["only"]):
            results.append(result)
            if not options["json"]:
                self._say(result)
        levels = [finding.level for result in results for finding in result.findings]
        if options["json"]:
            self.stdout.write(json.dumps([_plain(result) for result in results], ensure_ascii=False))
        else:
            warnings, problems = levels.count("warning"), levels.count("problem")
            self.stdout.write(f"{len(results)} checks, {warnings} warnings, {problems} problems.")
        if "problem" in levels:
            sys.exit(1)

    def _say(self, result: Result) -> None:
        for finding in result.findings:
            mark, style = MARKS[finding.level]
            self.stdout.write(f"{getattr(self.style, style)(mark)} {result.name}: {finding.text}")
            if finding.hint and finding.level != "ok":
                self.stdout.write(f"        {finding.hint}")


def _plain(result: Result) -> dict[str, Any]:
    findings = [finding._asdict() for finding in result.findings]
    return {"check": result.name, "seconds": round(result.seconds, 3), "findings": findings}
