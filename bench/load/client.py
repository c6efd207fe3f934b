"""The bench's side of the load client."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any


class LoadFailed(RuntimeError):
    """The load client could not do what was asked."""


class LoadClient:
    """A running load client; `ask` gives it a job and waits for the answer."""

    def __enter__(self) -> LoadClient:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.load"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def ask(self, do: str, **job: Any) -> dict[str, Any]:
        assert self.process.stdin is not None and self.process.stdout is not None
        print(json.dumps({"do": do, **job}), file=self.process.stdin, flush=True)
        answer = json.loads(self.process.stdout.readline() or '{"error": "the load client is gone"}')
        if "error" in answer:
            raise LoadFailed(f"{do}: {answer['error']}")
        return dict(answer)

    def __exit__(self, *exc: object) -> None:
        self.process.kill()
        self.process.communicate()
