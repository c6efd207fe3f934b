"""Adds `bench.slow`: a client that causes slow queries."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class RtcBenchConfig(AppConfig):
    name = "bench.project"
    label = "rtc_bench"

    def ready(self) -> None:
        from django.db import connection

        from rtc_service import registry
        from rtc_service.signalling.protocol import Body

        class Slow(Body):
            """How long the query takes, in seconds."""

            seconds: float = 0.2

        def slow(_caller: Any, body: Slow) -> dict[str, Any]:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(%s)", [body.seconds])
            return {}

        registry.message("bench.slow", Slow, slow)
