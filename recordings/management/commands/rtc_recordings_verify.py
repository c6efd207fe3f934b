"""`manage.py rtc_recordings_verify [uuid]`: after a move of the storage or a restored backup, or once a month."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from ...models import Recording
from ...services import verification


class Command(BaseCommand):
    help = "Reads every recorded file from end to end and compares it with what was recorded. Fails if one differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("recording", nargs="?", type=UUID, help="only the files of this one")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = options["recording"]
        if wanted is not None and not Recording.objects.filter(uuid=wanted).exists():
            raise CommandError(f"There is no recording {wanted}.")
        seen = bad = 0
        for verdict in verification.verify(wanted):
            seen += 1
            bad += bool(verdict.problem)
            self.stdout.write(f"{verdict.problem or 'ok'}\t{verdict.size}\t{verdict.name}")
        if bad:
            raise CommandError(f"{bad} of {seen} file(s) are not what was recorded.")
        self.stdout.write(f"{seen} file(s), all as they were recorded.")
