"""`manage.py rtc_recordings_purge`: what beat does each hour, and what a changed policy needs."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from rtc_service import clock

from ...services import retention


class Command(BaseCommand):
    help = "Deletes the recordings whose time is over: keys, then files. Those under a legal hold stay."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--reschedule", action="store_true", help="first bring all in line with the policies as they are now"
        )
        parser.add_argument("--dry-run", action="store_true", help="name what would be deleted, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"]:
            if options["reschedule"]:
                raise CommandError("--dry-run changes nothing, so it cannot reschedule.")
            for uuid, until in retention.due(clock.now()).values_list("uuid", "keep_until"):
                self.stdout.write(f"{uuid} kept until {until:%Y-%m-%d %H:%M} UTC")
            return
        if options["reschedule"]:
            self.stdout.write(f"{retention.reschedule()} recording(s) rescheduled.")
        done = retention.purge()
        self.stdout.write(f"{done.deleted} recording(s) deleted, {done.held} kept by a legal hold.")
        if done.failed:
            raise CommandError(f"{done.failed} recording(s) lost their keys, but the storage kept files of them.")
