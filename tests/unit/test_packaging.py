"""What the distribution says about itself."""

from __future__ import annotations

import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def ranges(lines: list[str]) -> dict[str, str]:
    found = [Requirement(line) for line in lines]
    return {one.name.lower(): str(one.specifier) for one in found}


def test_requirements_are_the_ranges_of_the_wheel_and_its_extras() -> None:
    written = [line.split("#")[0].strip() for line in (ROOT / "requirements.txt").read_text().splitlines()]
    extras = PROJECT["project"]["optional-dependencies"]
    declared = PROJECT["project"]["dependencies"] + extras["postgres"] + extras["prod"] + extras["api"]
    assert ranges([line for line in written if line]) == ranges(declared)


def test_the_wheel_holds_exactly_the_five_packages() -> None:
    packages = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert packages == ["rtc_service", "agents", "tickets", "commerce", "recordings"]
    assert not [name for name in packages if not (ROOT / name / "py.typed").exists()], "each says that it is typed"
