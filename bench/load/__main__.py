"""The load client's loop: one JSON job per line of stdin, one JSON answer per line of stdout.

`{"do": "open", "server": "stock" | "ours", "urls": [...], ...}` first, then `relay`, `burst`, `echo`.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

import psutil

from . import ours, stock
from .ends import Line, burst, ping_pong


def cpu(pids: list[int]) -> float:
    """User and system seconds that the processes have used."""
    times = [psutil.Process(pid).cpu_times() for pid in pids]
    return float(sum(one.user + one.system for one in times))


class Client:
    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.helper: ours.OurEnd | None = None  # the client who disturbs the others

    async def open(self, job: dict[str, Any]) -> dict[str, Any]:
        if job["server"] == "stock":
            self.lines = await stock.open_lines(job["urls"], job["pairs"])
            return {"lines": len(self.lines)}
        self.lines = await ours.open_lines(job["urls"], job["customers"], job["staff"])
        if job.get("helper"):
            self.helper = await ours.enter(job["urls"][0], job["helper"])
        return {"lines": len(self.lines)}

    async def relay(self, job: dict[str, Any]) -> dict[str, Any]:
        """CPU seconds of `pids` while messages are relayed, and the latencies."""
        used, start = cpu(job["pids"]), time.perf_counter()
        latencies = await ping_pong(self.lines, job["messages"])
        seconds = time.perf_counter() - start
        return {"cpu": cpu(job["pids"]) - used, "seconds": seconds, "latencies": latencies}

    async def burst(self, job: dict[str, Any]) -> dict[str, Any]:
        """In one direction only, so that all receivers sit in one process."""
        return {"lost": await burst(self.lines[::2], job["messages"])}

    async def echo(self, job: dict[str, Any]) -> dict[str, Any]:
        ends = [end for line in self.lines if isinstance(end := line.sender, ours.OurEnd)]
        if not job["slow"]:
            return {"latencies": await ours.echoes(ends, job["count"])}
        assert self.helper is not None
        queries = asyncio.create_task(ours.slow_queries(self.helper))
        latencies = await ours.echoes(ends, job["count"])
        assert not queries.done(), queries.exception()
        queries.cancel()
        return {"latencies": latencies}

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            job = json.loads(line)
            try:
                answer = await getattr(self, job["do"])(job)
            except (OSError, RuntimeError, AssertionError, TimeoutError) as error:
                answer = {"error": f"{type(error).__name__}: {error}"}
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    asyncio.run(Client().run())
