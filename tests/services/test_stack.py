"""The private services themselves: they work, and they are gone with whoever started them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.services import stack

ROOT = Path(__file__).resolve().parent.parent.parent
STARTS_ALL = """
from tests.services import stack
with stack.redis(), stack.postgres(), stack.turn():
    print("ready", flush=True)
    input()
"""


def have(*programs: str) -> bool:
    try:
        return bool([stack.program(name) for name in programs])
    except stack.NotInstalled:
        return False


needs_all = pytest.mark.skipif(
    not have("initdb", "postgres", "redis-server", "turnserver"), reason="PostgreSQL, Redis or coturn is not installed"
)


@pytest.fixture
def place() -> Iterator[Path]:
    """Where the services put their files: a killed process cannot remove them. PostgreSQL's own user must get in."""
    path = Path(tempfile.mkdtemp(prefix="rtc-stack-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


def start(place: Path) -> tuple[subprocess.Popen[str], list[psutil.Process]]:
    command, environment = [sys.executable, "-c", STARTS_ALL], os.environ | {"TMPDIR": str(place)}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process, psutil.Process(process.pid).children(recursive=True)


def assert_gone(processes: list[psutil.Process]) -> None:
    _gone, alive = psutil.wait_procs(processes, timeout=10)
    assert not [p for p in alive if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


@needs_all
def test_an_orderly_end_stops_every_service(place: Path) -> None:
    process, services = start(place)
    names = {service.name() for service in services}
    assert {"redis-server", "postgres", "turnserver"} <= names
    process.communicate("\n", timeout=30)
    assert process.returncode == 0
    assert_gone(services)


@needs_all
def test_a_killed_test_run_leaves_no_service(place: Path) -> None:
    process, services = start(place)
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    assert_gone(services)


@pytest.mark.django_db
def test_the_stack_that_was_asked_for_is_the_one_in_use() -> None:
    from django.conf import settings
    from django.db import connection

    asked = os.environ.get("RTC_TEST_STACK", "embedded")
    assert connection.vendor == {"embedded": "sqlite", "postgres": "postgresql"}[asked]
    assert ("redis" in settings.CHANNEL_LAYERS["default"]["BACKEND"]) == (asked == "postgres")
    assert settings.CELERY_BROKER_URL.startswith({"embedded": "filesystem:", "postgres": "redis:"}[asked])
