"""A real server and real workers on the test's database, each a process of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.db import connection

from demo.children import leash
from tests.harness import servers
from tests.services import stack

PAUSED = (signal.SIGSTOP, signal.SIGCONT)


def environment(port: int) -> dict[str, str]:
    """What a child needs to see this test's rows and to meet the others."""
    given = {
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "tests.settings"),
        "RTC_TEST_SIGNALLING_URL": f"ws://127.0.0.1:{port}/ws/rtc/",
        "PYTHONUNBUFFERED": "1",
    }
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return os.environ | given | {"RTC_TEST_SQLITE": name}
    base = os.environ["RTC_TEST_DATABASE_URL"].rpartition("/")[0]
    return os.environ | given | {"RTC_TEST_DATABASE_URL": f"{base}/{name}"}


@contextlib.contextmanager
def process(command: list[str], env: dict[str, str]) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """Started; ended with the block. The second value is its log."""
    with tempfile.TemporaryDirectory(prefix="rtc-process-") as home:
        log = Path(home) / "log"
        with log.open("wb") as out:
            child = subprocess.Popen(
                command, cwd=servers.ROOT, env=env, stdout=out, stderr=out, start_new_session=True, preexec_fn=leash()
            )
        try:
            yield child, log
        finally:
            with contextlib.suppress(ProcessLookupError):
                child.send_signal(signal.SIGCONT)
            stack.stop(child, signal.SIGTERM)


@contextlib.contextmanager
def server(port: int) -> Iterator[str]:
    """daphne, with its ticker and so the sweepers. Yields its socket's URL."""
    with process(servers.command("daphne", port), environment(port)) as (child, log):
        stack.wait_for(child, lambda: stack.accepts(port), "daphne", log)
        yield f"ws://127.0.0.1:{port}/ws/rtc/"


@contextlib.contextmanager
def worker(name: str, port: int, queues: str = "default,recordings,media") -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker that is ready."""
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "INFO"]
    command = [sys.executable, "-m", "celery", "-A", "demo.celery:app", "worker", "-n", name, "-Q", queues]
    with tempfile.TemporaryDirectory(prefix="rtc-ready-") as home:
        ready = Path(home) / "ready"
        env = environment(port) | {"RTC_DEMO_READY_FILE": str(ready)}
        with process([*command, "--pool", "threads", "-c", "4", *quiet], env) as (child, log):
            stack.wait_for(child, ready.exists, f"worker {name}", log)
            try:
                yield child
            except BaseException:
                sys.stderr.write(f"--- log of worker {name}\n{log.read_text(errors='replace')[-6000:]}\n")
                raise
