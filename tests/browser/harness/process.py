"""A child process that is started with a log, awaited, and ended by its own pid without leaving anything behind."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil


class ChildFailed(RuntimeError):
    """The child ended or stayed silent; the message carries the end of its log."""


def free_port() -> int:
    """A TCP port of the loopback that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def accepts(port: int) -> bool:
    """Whether somebody listens on the loopback port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Child:
    """One child in its own session, its output in `log`. Use it as a context manager, or call start and stop.

    `stop()` sends SIGTERM to the child alone, as a user's Ctrl-C reaches a supervisor, and answers which of its
    descendants were still there afterwards; those are then killed, so that no run disturbs the next.
    """

    def __init__(
        self, argv: Sequence[str], *, log: Path, env: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> None:
        self.argv = list(argv)
        self.log = log
        self.env = {**os.environ, **(env or {})}
        self.cwd = cwd
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self.process is not None, "not started"
        return self.process.pid

    def start(self) -> None:
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self.env,
                cwd=self.cwd,
                start_new_session=True,
            )

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Return when `ready()` is true. Raises ChildFailed when the child ends first or the time is over."""
        assert self.process is not None, "not started"
        deadline = time.monotonic() + seconds
        while not ready():
            if self.process.poll() is not None:
                raise ChildFailed(f"{self.argv[0]} ended with {self.process.returncode}\n{self.tail()}")
            if time.monotonic() > deadline:
                raise ChildFailed(f"{self.argv[0]} was not ready after {seconds:.0f} s\n{self.tail()}")
            time.sleep(0.05)

    def tail(self, lines: int = 40) -> str:
        """The last lines of the child's log."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def tree(self) -> list[psutil.Process]:
        """The child and its descendants that live now."""
        try:
            root = psutil.Process(self.pid)
            return [root, *root.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def stop(self, seconds: float = 15.0) -> list[str]:
        """End the child; answer the command lines of descendants that outlived it (an empty list is good)."""
        if self.process is None:
            return []
        descendants = self.tree()[1:]
        self.process.terminate()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        return _end(descendants)

    def __enter__(self) -> Child:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()


def _end(processes: list[psutil.Process]) -> list[str]:
    """Give the processes a moment, name those that stay, and kill these. psutil compares start times, so a
    pid that was given to somebody else meanwhile is left alone."""
    _gone, alive = psutil.wait_procs(processes, timeout=3)
    left = []
    for process in alive:
        try:
            left.append(" ".join(process.cmdline()))
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(alive, timeout=3)
    return left
