"""`manage.py rtc_rotate_fields`: after a new key was put first into `RTC_SERVICE["core"]["KEY_RING"]` and every process
of the project was started anew: one that still has the old ring goes on writing with the old key."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ... import crypto
from ...services import field_rotation


class Command(BaseCommand):
    help = "Encrypts every stored name, number and text anew with the newest key of the ring, in batches."

    def handle(self, *args: Any, **options: Any) -> None:
        done = field_rotation.rotate()
        self.stdout.write(f"{done.reencrypted} value(s) are under {done.key_id!r} now.")
        for key_id, count in sorted(done.left.items()):
            self.stdout.write(f"  {key_id}: {count} value(s)")
        for column, count in sorted(done.failed.items()):
            self.stderr.write(f"{column}: {count} value(s) that no key of the ring opens")
        if done.failed:
            raise CommandError("Some values could not be read. No key may leave the ring.")
        oldest = list(crypto.key_ring())[-1]
        self.stdout.write(
            f"Keys that are not named above may leave the ring, except the last one ({oldest!r}): by it phone numbers "
            "are found. Recordings have keys of their own: rtc_recordings_rotate."
        )
