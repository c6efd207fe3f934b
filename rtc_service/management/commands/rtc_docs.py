"""Write docs/protocol.md and docs/settings.md from the code; --check only compares."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from rtc_service import docs


class Command(BaseCommand):
    help = "Write docs/protocol.md and docs/settings.md from the code (--check: fail when they are out of date)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")
        parser.add_argument("--directory", default="docs")

    def handle(self, *args: Any, **options: Any) -> None:
        for name, text in (("protocol.md", docs.protocol_page()), ("settings.md", docs.settings_page())):
            path = Path(options["directory"]) / name
            if options["check"]:
                if not path.exists() or path.read_text() != text:
                    raise CommandError(f"{path} is out of date; run manage.py rtc_docs")
            else:
                path.write_text(text)
                self.stdout.write(str(path))
