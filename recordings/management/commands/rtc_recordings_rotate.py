"""`manage.py rtc_recordings_rotate`: after a new key was put first into the key ring and every process of the project
was started anew: one that still has the old ring goes on wrapping with the old key."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ...services import rotation


class Command(BaseCommand):
    help = "Wraps the keys of all recorded files by the newest key of the ring. The files stay as they are."

    def handle(self, *args: Any, **options: Any) -> None:
        done = rotation.rotate()
        self.stdout.write(f"{done.rewrapped} key(s) are under {done.key_id!r} now.")
        for key_id, count in sorted(done.left.items()):
            self.stdout.write(f"  {key_id}: {count} file(s)")
        for name, code in done.failed.items():
            self.stderr.write(f"{name}: {code}")
        if done.failed:
            raise CommandError(f"{len(done.failed)} key(s) could not be read. No key may leave the ring.")
        self.stdout.write(
            "Keys that are not named above open no recording any more. Before one leaves the ring: has every process "
            "been started anew since, and no recording been running? If in doubt, run this once more."
        )
