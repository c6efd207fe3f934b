"""A customer in Debian's Firefox: `firefox.mjs` over a pipe."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


def missing() -> str:
    """What cannot be found, in words, or nothing."""
    found = {
        "firefox-esr": shutil.which("firefox-esr"),
        "node": shutil.which("node"),
        "puppeteer-core": (ROOT / "node_modules" / "puppeteer-core").exists(),
    }
    return ", ".join(name for name, there in found.items() if not there)


class Firefox:
    """One page; `do(step)` answers what the page answered. Raises AssertionError with the page's own words."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def do(self, step: str, **options: Any) -> dict[str, Any]:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps({"do": step, **options}) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline() or '{"ok": false, "error": "it has ended"}')
        assert answer["ok"], f"{step}: {answer}"
        return answer


@contextmanager
def firefox(url: str) -> Iterator[Firefox]:
    command = ["node", str(HERE / "firefox.mjs"), str(shutil.which("firefox-esr")), url]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield Firefox(process)
    finally:
        assert process.stdin
        process.stdin.close()  # it closes the browser and ends
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
