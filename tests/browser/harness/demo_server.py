"""The real demo on a free port with a temporary data directory, and the same project in other shapes.

`demo()` is what `make demo` runs: supervisor, web server, workers, beat. `site()` runs only what is asked for: other
servers, several ASGI processes, PostgreSQL and Redis, settings that a test changes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .process import Child, ChildFailed, accepts, free_port

ROOT = Path(__file__).parents[3]
START_SECONDS = 120.0
SETTINGS = "tests.browser.harness.settings"


@dataclass(frozen=True)
class Site:
    """A running installation. `bases` are the URLs of its ASGI processes, `base` the first; `env` is for commands."""

    bases: list[str]
    data: Path
    env: dict[str, str]
    children: list[Child] = field(default_factory=list)

    @property
    def base(self) -> str:
        return self.bases[0]

    def url(self, path: str = "/") -> str:
        return self.base + path

    def manage(self, *arguments: str) -> str:
        """Run `manage.py` beside the running site and answer its stdout. Raises RuntimeError with its stderr."""
        return python("manage.py", *arguments, env=self.env)

    def log(self) -> str:
        """Everything that the processes have written so far: for tests of what must not be in there."""
        files = [*sorted((self.data / "logs").glob("*.log")), *(child.log for child in self.children)]
        return "\n".join(file.read_text(errors="replace") for file in files if file.exists())


def python(*arguments: str, env: Mapping[str, str]) -> str:
    """Run this Python in the checkout and answer its stdout. Raises RuntimeError with the end of its stderr."""
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **env}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)}\n{done.stdout[-1000:]}{done.stderr[-3000:]}")
    return done.stdout


def answers(url: str) -> bool:
    """Whether a page comes without a server error."""
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return int(response.status) < 500
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


@contextmanager
def demo(env: Mapping[str, str] | None = None) -> Iterator[Site]:
    """`python -m demo`, awaited until it greets. Raises ChildFailed, also when it leaves processes behind."""
    with tempfile.TemporaryDirectory(prefix="rtc-demo-") as folder:
        port, data = free_port(), Path(folder) / "data"
        data.mkdir()
        base = f"http://127.0.0.1:{port}"
        argv = [sys.executable, "-m", "demo", "--port", str(port), "--data", str(data)]
        child = Child(argv, log=Path(folder) / "demo.log", cwd=ROOT, env=env)
        child.start()
        try:
            # The greeting with the address is printed when web server, workers and beat all stand.
            child.wait_until(lambda: base in child.tail(200), START_SECONDS)
            own = {"DJANGO_SETTINGS_MODULE": "demo.settings", "RTC_DEMO_DATA": str(data), **(env or {})}
            yield Site([base], data, own, [child])
        finally:
            left = child.stop()
        if left:
            raise ChildFailed(f"the demo left processes behind: {left}")


def asgi_command(server: str, application: str, port: int) -> list[str]:
    """How an ASGI server is started: `daphne` as the demo does, `uvicorn` as production should."""
    if server == "daphne":
        return [sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "-v", "0", application]
    options = ["--host", "127.0.0.1", "--port", str(port), "--lifespan", "off", "--ws", "websockets-sansio"]
    return [sys.executable, "-m", "uvicorn", application, *options, "--no-access-log", "--log-level", "warning"]


def recorder_command(number: int) -> list[str]:
    """A Celery worker that records and nothing else, as docs/install.md starts it."""
    celery = [sys.executable, "-m", "celery", "-A", "demo.celery:app", "worker", "-n", f"recordings-{number}@rtc"]
    return [*celery, "-c", "10", "-Q", "recordings", "--pool", "threads", "-l", "INFO"]


def worker_command() -> list[str]:
    """One Celery worker for all queues, with beat's periodic tasks left to the tickers of the ASGI processes."""
    celery = [sys.executable, "-m", "celery", "-A", "demo.celery:app", "worker", "-n", "test@rtc", "-c", "4"]
    return [*celery, "-Q", "default,notify,media", "--pool", "threads", "-l", "INFO"]


@contextmanager
def site(
    *,
    server: str = "daphne",
    processes: int = 1,
    worker: bool = False,
    recorders: int = 0,
    database: str = "",
    redis: str = "",
    rtc_service: Mapping[str, Mapping[str, Any]] | None = None,
    extra: Sequence[str] = (),
) -> Iterator[Site]:
    """The demo's project, migrated and seeded.

    `database` postgres://… and `redis` redis://… replace SQLite and the in-memory layer (which cannot carry more than
    one process); `rtc_service` is merged into the settings dict, e.g. `{"core": {"ICE_POLICY": "relay"}}`; `extra`
    are further hosts.
    """
    with tempfile.TemporaryDirectory(prefix="rtc-site-") as folder, ExitStack() as stack:
        data = Path(folder) / "data"
        (data / "logs").mkdir(parents=True)
        env = {
            "DJANGO_SETTINGS_MODULE": SETTINGS,
            "RTC_DEMO_DATA": str(data),
            "RTC_DEMO_DATABASE_URL": database,
            "RTC_DEMO_REDIS_URL": redis,
            "RTC_DEMO_HOSTS": ",".join(extra),
            "RTC_TEST_RTC_SERVICE": json.dumps(rtc_service or {}),
        }
        ports = [free_port() for _ in range(processes)]
        if recorders:
            env["RTC_DEMO_SIGNALLING_URL"] = f"ws://127.0.0.1:{ports[0]}/ws/rtc/"
        python("manage.py", "migrate", "--no-input", "-v", "0", env=env)
        python("manage.py", "rtc_demo_seed", env=env)
        bases, children = [], []
        for number, port in enumerate(ports):
            argv = asgi_command(server, "demo.asgi:application", port)
            child = Child(argv, log=data / "logs" / f"web-{number}.log", env=env, cwd=ROOT)
            stack.enter_context(child)
            child.wait_until(lambda port=port: accepts(port), 60)  # type: ignore[misc]
            bases.append(f"http://127.0.0.1:{port}")
            children.append(child)
        commands = {"worker": worker_command()} if worker else {}
        commands |= {f"recorder-{number}": recorder_command(number) for number in range(recorders)}
        for name, argv in commands.items():
            ready = data / f"{name}.ready"
            own = {**env, "RTC_DEMO_READY_FILE": str(ready)}
            child = Child(argv, log=data / "logs" / f"{name}.log", env=own, cwd=ROOT)
            stack.enter_context(child)
            child.wait_until(ready.exists, 60)
            children.append(child)
        assert answers(bases[0] + "/"), children[0].tail()
        yield Site(bases, data, env, children)
