"""`manage.py rtc_otp_reset dora`: for a lost phone and lost backup codes."""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Removes every second-factor device of one user, who then enrols anew; kept in the audit."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        if not apps.is_installed("django_otp"):
            raise CommandError("django_otp is not installed in this project.")
        from ...services import second_factor  # needs django-otp's models

        users = get_user_model()
        try:
            user = users._default_manager.get_by_natural_key(options["username"])
        except users.DoesNotExist:
            raise CommandError(f"There is no user {options['username']!r}.") from None
        removed = second_factor.reset(user, by=f"shell:{_operator()}")
        self.stdout.write(f"{removed} device(s) of {options['username']} removed.")


def _operator() -> str:
    """Who runs the command on this machine; a container may know no names."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
