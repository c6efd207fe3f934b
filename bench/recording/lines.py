"""Jobs and answers between the bench and its processes: one line of JSON each way."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
import traceback
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Action = Callable[..., Awaitable[Any]]


class ChildFailed(RuntimeError):
    """The process could not do what was asked."""


class Process:
    """`python -m module args…`; `ask` gives it a job and waits for the answer. `core`: the one it is pinned to."""

    def __init__(self, module: str, *args: str, core: int | None = None) -> None:
        self.argv, self.core = [sys.executable, "-m", module, *args], core

    def __enter__(self) -> Process:
        self.process = subprocess.Popen(self.argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.core is not None:
            os.sched_setaffinity(self.process.pid, {self.core})
        return self

    def ask(self, do: str, **job: Any) -> Any:
        assert self.process.stdin is not None and self.process.stdout is not None
        print(json.dumps({"do": do, **job}), file=self.process.stdin, flush=True)
        answer = json.loads(self.process.stdout.readline() or '{"error": "it is gone"}')
        if "error" in answer:
            raise ChildFailed(f"{do}: {answer['error']}")
        return answer["ok"]

    def __exit__(self, *exc: object) -> None:
        self.process.kill()
        self.process.communicate()


async def serve(actions: Mapping[str, Action]) -> None:
    """The process's side. Ends with its standard input."""
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str] = asyncio.Queue()

    def read() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(lines.put_nowait, line)
        loop.call_soon_threadsafe(lines.put_nowait, "")

    threading.Thread(target=read, daemon=True).start()
    while line := await lines.get():
        job = json.loads(line)
        try:
            answer = {"ok": await actions[job.pop("do")](**job)}
        except Exception:  # noqa: BLE001 - told to who asked
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), flush=True)
