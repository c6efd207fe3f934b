"""docs/checks.md names every check that there is, and none that is not."""

from __future__ import annotations

import re
from pathlib import Path

from rtc_service.doctor import examine

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "checks.md").read_text()
PACKAGES = ("rtc_service", "agents", "tickets", "commerce", "recordings")


def test_every_system_check_is_on_the_page() -> None:
    sources = [path.read_text() for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    used = {id for text in sources for id in re.findall(r"\bid=\"(rtc_\w+\.[EWI]\d{3})\"", text)}
    assert len(used) > 15
    assert set(re.findall(r"^\| `(rtc_\w+\.[EWI]\d{3})` \|", PAGE, re.MULTILINE)) == used


def test_every_check_of_the_doctor_is_on_the_page() -> None:
    table = PAGE.partition("## rtc_doctor")[2].partition("\nAn app adds")[0]
    assert re.findall(r"^\| `([a-z_.]+)` \|", table, re.MULTILINE) == list(examine.known())
