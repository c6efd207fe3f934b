"""`manage.py rtc_audit_seal`: what the Celery task rtc.audit.seal does each minute."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from ...services import sealing


class Command(BaseCommand):
    help = "Seals the audit entries that have settled. Safe at any time."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{sealing.run()} entries sealed.")
