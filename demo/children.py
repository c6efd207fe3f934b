"""One child process of the supervisor: started in its own session, logged to a file, never alive without its parent."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PR_SET_PDEATHSIG = 1
LOG_BYTES = 5_000_000
LONGEST_PAUSE = 30.0
HEALTHY_AFTER = 60.0


def leash(sent: signal.Signals = signal.SIGKILL) -> Callable[[], None]:
    """What a child runs between fork and exec, so that the kernel ends it when this process dies, even by kill -9.

    Linux only (prctl); elsewhere children end with an orderly stop, and a killed supervisor leaves them behind.
    """
    parent = os.getpid()
    if not sys.platform.startswith("linux"):
        return lambda: None
    # Loaded before the fork: the child must not allocate much.
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def hold() -> None:
        prctl(PR_SET_PDEATHSIG, int(sent), 0, 0, 0)
        # The parent may have died before the line above took effect.
        if os.getppid() != parent:
            os._exit(1)

    return hold


@dataclass
class Child:
    """`ready_file` is removed before each start, and written by the child itself when it is at work."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    ready_file: Path | None = None
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    deaths: int = 0
    next_start: float = field(default=0.0)

    def start(self) -> None:
        if self.ready_file is not None:
            self.ready_file.unlink(missing_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        environment = self.environment
        if self.ready_file is not None:
            environment = environment | {"RTC_DEMO_READY_FILE": str(self.ready_file)}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                self.command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=leash(),  # noqa: PLW1509 - the supervisor has one thread
            )
        self.started_at = time.monotonic()

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def reported_ready(self) -> bool:
        return self.running and (self.ready_file is None or self.ready_file.exists())

    def schedule_restart(self) -> float:
        """After a death: how many seconds until the next start (1, 2, 4 … 30)."""
        now = time.monotonic()
        if now - self.started_at > HEALTHY_AFTER:
            self.deaths = 0
        self.deaths += 1
        pause = min(2.0 ** (self.deaths - 1), LONGEST_PAUSE)
        self.next_start = now + pause
        self.process = None
        return pause

    def terminate(self) -> None:
        """Ask it to stop, by its own process id: its session is its own, so nothing else is hit."""
        if self.process is not None and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.terminate()

    def wait_or_kill(self, until: float) -> bool:
        """True when it stopped by itself before `until` (monotonic). The exit code does not matter here:
        daphne on CPython 3.11 may end by SIGSEGV after it has stopped."""
        if self.process is None:
            return True
        try:
            self.process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return False
        return True

    def tail(self, lines: int = 15) -> str:
        """The end of its log, for an error message."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
