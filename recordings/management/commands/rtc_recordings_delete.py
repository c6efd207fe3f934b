"""`manage.py rtc_recordings_delete <uuid> --reason "asked by the customer"`: before its time, for good."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from rtc_service.exceptions import RtcError

from ...models import Recording
from ...services import retention
from ...services.actors import operator


class Command(BaseCommand):
    help = "Deletes a recording before its time: keys, then files. Refused while a legal hold keeps it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("recording", type=UUID)
        parser.add_argument("--reason", required=True, help="kept in the audit")

    def handle(self, *args: Any, **options: Any) -> None:
        recording = Recording.objects.filter(uuid=options["recording"]).first()
        if recording is None:
            raise CommandError(f"There is no recording {options['recording']}.")
        try:
            retention.delete_now(recording, reason=options["reason"], by=operator())
        except RtcError as error:
            raise CommandError(f"{error.code}: {error.detail}") from error
        except OSError as error:
            text = "its keys are gone, but the storage keeps files of it; the hourly purge tries again"
            raise CommandError(f"{text} ({type(error).__name__})") from error
        self.stdout.write(f"Recording {recording.uuid} is deleted.")
