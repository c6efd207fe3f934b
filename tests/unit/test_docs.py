"""The pages that are written from the code are up to date, and leave nothing unexplained."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from rtc_service import conf, docs

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = [(name, item.name) for name, cls in sorted(conf.sections.items()) for item in fields(cls)]


def test_the_written_pages_are_what_the_code_says() -> None:
    call_command("rtc_docs", "--check", directory=str(ROOT / "docs"))


def test_the_check_sees_an_old_page(tmp_path: Path) -> None:
    call_command("rtc_docs", directory=str(tmp_path))
    (tmp_path / "settings.md").write_text("# Settings of last year")
    with pytest.raises(CommandError, match="settings.md is out of date"):
        call_command("rtc_docs", "--check", directory=str(tmp_path))


@pytest.mark.parametrize(("section", "key"), SETTINGS)
def test_every_setting_is_explained(section: str, key: str) -> None:
    table = docs.settings_page().partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    row = re.search(rf"^\| `{key}` \| `.*` \| (.*) \|$", table, re.MULTILINE)
    assert row is not None, "the setting is not in the page"
    assert len(row.group(1).split()) > 1 or row.group(1) == "likewise", f"{section}.{key} has no comment behind it"


def test_every_section_has_settings_to_explain() -> None:
    assert {section for section, _key in SETTINGS} == set(conf.sections) >= {"core", "agents", "tickets", "commerce"}


def test_every_error_code_is_named() -> None:
    page = docs.protocol_page().partition("## Error codes")[2] + (ROOT / "docs" / "api.md").read_text()
    sources = [path for app in ("rtc_service", "agents") for path in (ROOT / app).rglob("*.py")]
    used = {code for path in sources for code in re.findall(r"\bcode=\"(\w+)\"", path.read_text())}
    assert "queue_full" in used
    assert not [code for code in sorted(used) if f"`{code}`" not in page]
