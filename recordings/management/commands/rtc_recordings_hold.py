"""`manage.py rtc_recordings_hold <uuid> --reason "case 17"`, `--lift`, or without a uuid: which ones are open."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from rtc_service.exceptions import RtcError

from ...models import Hold, Recording
from ...services import holds
from ...services.actors import operator


class Command(BaseCommand):
    help = "Places a legal hold on a recording, lifts its open ones, or lists all that are open."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("recording", nargs="?", type=UUID)
        action = parser.add_mutually_exclusive_group()
        action.add_argument("--reason", help="why it must be kept")
        action.add_argument("--lift", action="store_true", help="lift all open holds of the recording")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["recording"] is None:
            if options["reason"] or options["lift"]:
                raise CommandError("Which recording?")
            return self._list()
        recording = Recording.objects.filter(uuid=options["recording"]).first()
        if recording is None:
            raise CommandError(f"There is no recording {options['recording']}.")
        try:
            if options["lift"]:
                self._lift(recording)
            else:
                holds.place(recording, options["reason"] or "", operator())
                self.stdout.write(f"Recording {recording.uuid} is held.")
        except RtcError as error:
            raise CommandError(f"{error.code}: {error.detail}") from error

    def _list(self) -> None:
        for hold in Hold.objects.filter(lifted=None).select_related("recording"):
            self.stdout.write(f"{hold.recording.uuid} since {hold.placed:%Y-%m-%d %H:%M} UTC: {hold.reason}")

    def _lift(self, recording: Recording) -> None:
        open_ones = list(recording.holds.filter(lifted=None))
        if not open_ones:
            raise CommandError(f"Nothing holds recording {recording.uuid}.")
        for hold in open_ones:
            holds.lift(hold, operator())
        self.stdout.write(f"{len(open_ones)} hold(s) of recording {recording.uuid} lifted.")
