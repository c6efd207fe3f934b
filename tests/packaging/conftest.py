"""The wheel, installed where the checkout cannot be seen: its own environment on top of the one that runs the tests."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Host:
    """A project `shop` as `startproject` makes it, beside the environment `python`."""

    python: Path
    folder: Path

    def run(self, *arguments: str, env: dict[str, str] | None = None) -> str:
        """This environment's Python in the project's folder; answers stdout, or fails with both outputs."""
        command = [str(self.python), *arguments]
        done = subprocess.run(command, cwd=self.folder, env=clean(env), capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, f"{' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def manage(self, *arguments: str, env: dict[str, str] | None = None) -> str:
        return self.run("manage.py", *arguments, env=env)

    def append(self, file: str, text: str) -> None:
        with (self.folder / "shop" / file).open("a") as end:
            end.write("\n" + text)


def clean(extra: dict[str, str] | None = None) -> dict[str, str]:
    """An environment without a trace of the checkout."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("RTC_", "DJANGO_", "PYTHON"))}
    return {**kept, **(extra or {})}


def blocks(page: Path, heading: str) -> list[tuple[str, str]]:
    """`(name of the file, code)` of each Python block under a heading that says which file it is for: in its first
    line (`# settings.py`) or in bold above it (`**settings.py**`)."""
    text = page.read_text().split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    found = []
    for match in re.finditer(r"```python\n(.*?)```", text, re.DOTALL):
        said = re.match(r"# (\w+\.py)\n", match[1]) or re.search(r"\*\*(\w+\.py)\*\*[^`]*\Z", text[: match.start()])
        if said:
            found.append((said[1], match[1]))
    return found


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python of an environment that holds the wheel and, for all else, what the tests' own one has."""
    folder = tmp_path_factory.mktemp("wheel")
    built = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(built, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (wheel,) = folder.glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True, timeout=60)
    python = folder / "venv" / "bin" / "python"
    purelib = "import sysconfig; print(sysconfig.get_path('purelib'))"
    own = Path(subprocess.run([python, "-c", purelib], check=True, capture_output=True, text=True).stdout.strip())
    (own / "below.pth").write_text(sysconfig.get_path("purelib") + "\n")
    install = [sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", "--no-index", wheel]
    subprocess.run(install, check=True, capture_output=True, timeout=120, env=clean())
    return python


@pytest.fixture
def host(environment: Path, tmp_path: Path) -> Host:
    made = Host(environment, tmp_path)
    made.run("-m", "django", "startproject", "shop", ".")
    return made
