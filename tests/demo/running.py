"""Start the demo as a user would, and look at its processes from outside."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 180.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RunningDemo:
    """`python -m demo` on a free port. `output` is what it has printed so far."""

    def __init__(self, data: Path, *extra: str, port: int | None = None) -> None:
        self.port = port or free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.output = ""
        self._lines: queue.Queue[str | None] = queue.Queue()
        command = [sys.executable, "-m", "demo", "--port", str(self.port), "--data", str(data), *extra]
        # A demo of its own: nothing of the test's stack may lead it elsewhere.
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("RTC_", "DJANGO_"))}
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def wait_for_line(self, part: str, seconds: float = START_SECONDS) -> None:
        """Until a line contains `part`. Fails with the output when it never does."""
        until = time.monotonic() + seconds
        while True:
            try:
                line = self._lines.get(timeout=max(0.01, until - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"{part!r} was not printed in {seconds} s:\n{self.output}") from None
            if line is None:
                raise AssertionError(f"ended before printing {part!r}:\n{self.output}")
            self.output += line
            if part in line:
                return

    def wait_until_ready(self) -> None:
        self.wait_for_line("Ctrl-C")

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def wait(self, seconds: float = 30.0) -> int:
        code = self.process.wait(seconds)
        self._reader.join(5)
        while not self._lines.empty():
            self.output += self._lines.get() or ""
        return code


@contextlib.contextmanager
def running(data: Path, *extra: str, port: int | None = None) -> Iterator[RunningDemo]:
    """A demo that is stopped at the end of the block, whatever happens in it."""
    demo = RunningDemo(data, *extra, port=port)
    try:
        yield demo
    finally:
        if demo.process.poll() is None:
            demo.send(signal.SIGTERM)
            try:
                demo.wait()
            except subprocess.TimeoutExpired:
                demo.process.kill()
                demo.wait()
