"""Hosts of other kinds, each in a process of its own (Django is set up once per process)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize("project", ["core_only", "clash"])
def test_a_host_of_another_kind(project: str, tmp_path: Path) -> None:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("RTC_", "DJANGO_"))}
    name = f"tests.projects.{project}"
    environment = {**kept, "DJANGO_SETTINGS_MODULE": f"{name}.settings", "RTC_PROJECT_DATA": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", f"{name}.visit"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0 and done.stdout.endswith("visited\n"), done.stdout + done.stderr
