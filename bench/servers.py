"""ASGI servers for the signalling figures: the stock peer and our own project, each on a free port."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.browser.harness.demo_server import ROOT, asgi_command, python
from tests.browser.harness.process import Child, accepts, free_port

STOCK = "bench.peers.stock.asgi:application"
OURS = "bench.project.asgi:application"


@dataclass(frozen=True)
class Servers:
    """Running processes of one project: WebSocket base URLs and process ids, in the same order."""

    urls: list[str]
    pids: list[int]
    env: dict[str, str] = field(default_factory=dict)


@contextmanager
def serve(server: str, application: str, *, processes: int, env: dict[str, str]) -> Iterator[Servers]:
    with tempfile.TemporaryDirectory(prefix="rtc-bench-asgi-") as folder, ExitStack() as stack:
        urls, pids = [], []
        for number in range(processes):
            port = free_port()
            log = Path(folder) / f"{number}.log"
            child = Child(asgi_command(server, application, port), log=log, env=env, cwd=ROOT)
            stack.enter_context(child)
            child.wait_until(lambda port=port: accepts(port), 30)  # type: ignore[misc]
            urls.append(f"ws://127.0.0.1:{port}")
            pids.append(child.pid)
        yield Servers(urls, pids, env)


@contextmanager
def stock(redis: str, processes: int = 1) -> Iterator[Servers]:
    """daphne + stock consumer + channels-redis."""
    with serve("daphne", STOCK, processes=processes, env={"BENCH_REDIS_URL": redis}) as servers:
        yield servers


@contextmanager
def ours(database: str, *, server: str, redis: str = "", processes: int = 1) -> Iterator[Servers]:
    """Our project on an empty PostgreSQL database; without `redis` its channel layer is the in-memory one."""
    with tempfile.TemporaryDirectory(prefix="rtc-bench-data-") as data:
        env = {
            "DJANGO_SETTINGS_MODULE": "bench.project.settings",
            "RTC_DEMO_DATA": data,
            "RTC_DEMO_DATABASE_URL": database,
            "RTC_DEMO_REDIS_URL": redis,
        }
        python("-m", "django", "migrate", "-v", "0", env=env)
        with serve(server, OURS, processes=processes, env=env) as servers:
            yield servers


def people(servers: Servers, pairs: int) -> dict[str, Any]:
    """New customers and agents with fresh tokens: `{"customers": [...], "staff": [...], "helper": token}`."""
    made: dict[str, Any] = json.loads(python("-m", "bench.project.seed", str(pairs), env=servers.env))
    return made
