from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from demo.seed import seed


class Command(BaseCommand):
    help = "Fill the demo shop: products, customers, agents, a supervisor, orders. May be run again."

    def handle(self, *args: Any, **options: Any) -> None:
        seed()
        self.stdout.write("demo data is there")
