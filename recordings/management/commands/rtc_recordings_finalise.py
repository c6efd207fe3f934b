"""`manage.py rtc_recordings_finalise <uuid>`: once more, after what was in the way (storage, key ring) was mended."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from rtc_service.exceptions import RtcError

from ...models import Recording
from ...services import retrying
from ...services.actors import operator


class Command(BaseCommand):
    help = "Has a recording whose finalising failed finished once more, from the segments that were kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("recording", type=UUID)

    def handle(self, *args: Any, **options: Any) -> None:
        recording = Recording.objects.filter(uuid=options["recording"]).select_related("call").first()
        if recording is None:
            raise CommandError(f"There is no recording {options['recording']}.")
        try:
            retrying.finalise_again(recording, by=operator())
        except RtcError as error:
            raise CommandError(f"{error.code}: {error.detail}") from error
        self.stdout.write(f"Recording {recording.uuid} waits for a worker of the queue media.")
