"""The shipped catalogues: whole, sound, compiled, and one vocabulary. Pages in Chinese: test_translated_pages.py."""

from __future__ import annotations

import gettext
import re
import runpy
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from rtc_service import languages
from tests.harness import catalogues
from tests.harness.catalogues import Entry

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("rtc_service", "agents", "tickets", "commerce", "recordings", "demo")
LOCALES = ("zh_Hans", "zh_Hant")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%[sd]")
# Characters that are written in one of the two scripts only, among those that a call centre uses.
SIMPLIFIED = set(
    "们这个为时页单订话让说请语线务员录设选关闭开启网络断连发处详显题级质评价标货钟间会对将应该电脑东车长门问户"
)
TRADITIONAL = set(
    "們這個為時頁單訂話讓說請語線務員錄設選關閉開啟網絡斷連發處詳顯題級質評價標貨鐘間會對將應該電腦東車長門問戶"
)


def path(package: str, locale: str) -> Path:
    return ROOT / package / "locale" / locale / "LC_MESSAGES" / "django.po"


def entries(package: str, locale: str) -> list[Entry]:
    return catalogues.read(path(package, locale))


every = pytest.mark.parametrize(("package", "locale"), [(name, code) for name in PACKAGES for code in LOCALES])


@every
def test_every_text_is_translated_and_none_is_a_guess(package: str, locale: str):
    open_ones = [entry.text for entry in entries(package, locale) if entry.fuzzy or not all(entry.translations)]
    assert entries(package, locale)
    assert not open_ones


@every
def test_a_translation_fills_in_the_same_values_as_its_text(package: str, locale: str):
    for entry in entries(package, locale):
        wanted = set(PLACEHOLDER.findall(entry.plural or entry.text))
        for translation in entry.translations:
            assert set(PLACEHOLDER.findall(translation)) == wanted, entry.text


@every
def test_the_compiled_catalogue_is_the_written_one(package: str, locale: str):
    with path(package, locale).with_suffix(".mo").open("rb") as file:
        compiled: dict[Any, str] = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    written = {}
    for entry in entries(package, locale):
        for number, translation in enumerate(entry.translations):
            written[(entry.key, number) if entry.plural else entry.key] = translation
    assert {key: text for key, text in compiled.items() if key} == written


@every
def test_a_catalogue_is_in_its_own_script(package: str, locale: str):
    foreign = TRADITIONAL if locale == "zh_Hans" else SIMPLIFIED
    wrong = {text for entry in entries(package, locale) for text in entry.translations if foreign & set(text)}
    assert not wrong


@pytest.mark.parametrize("locale", LOCALES)
def test_packages_agree_on_a_text_because_django_merges_their_catalogues(locale: str):
    said: dict[str, dict[str, tuple[str, ...]]] = {}
    for package in PACKAGES:
        for entry in entries(package, locale):
            said.setdefault(entry.key, {})[package] = entry.translations
    assert not {key: by for key, by in said.items() if len(set(by.values())) > 1}


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="GNU gettext is not installed")
@pytest.mark.parametrize("package", PACKAGES)
def test_the_catalogues_hold_the_texts_of_the_sources(package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """`make messages` has been run after the last change of a text."""
    monkeypatch.chdir(tmp_path)
    tools = runpy.run_path(str(ROOT / "scripts" / "messages"), run_name="messages")
    copy = tmp_path / package
    shutil.copytree(ROOT / package, copy, ignore=shutil.ignore_patterns("static", "__pycache__"))
    tools["read"](copy)
    for locale in LOCALES:
        fresh = catalogues.read(copy / "locale" / locale / "LC_MESSAGES" / "django.po")
        now, then = {entry.key for entry in fresh}, {entry.key for entry in entries(package, locale)}
        assert now - then == set(), "not in the catalogue: run `make messages`"
        assert then - now == set(), "no longer in the sources: run `make messages`"


def test_the_wheel_takes_the_compiled_catalogues_along():
    assert '"*.mo"' in (ROOT / "pyproject.toml").read_text()
    assert ".mo" not in (ROOT / ".gitignore").read_text()


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        ("zh-hans", "zh-hans"), ("zh-CN", "zh-hans"), ("zh_CN", "zh-hans"), ("zh-SG", "zh-hans"), ("zh", "zh-hans"),
        ("zh-Hans-CN", "zh-hans"), ("zh-TW", "zh-hant"), ("zh_TW", "zh-hant"), ("zh-HK", "zh-hant"),
        ("zh-MO", "zh-hant"), ("zh-Hant-HK", "zh-hant"), ("en-GB", "en"), ("xx", "en"), ("", "en"), ("-" * 600, "en"),
    ],
)  # fmt: skip
def test_a_browsers_code_finds_the_nearest_catalogue(asked: str, served: str):
    assert languages.supported(asked) == served


@pytest.mark.parametrize(
    ("asked", "words"),
    [("zh-CN", "挂断"), ("zh-TW", "掛斷"), ("zh-HK", "掛斷"), ("zh-hans", "挂断"), ("en", "Hang up")],
)
def test_the_widget_speaks_the_language_of_the_page_and_of_the_browser(client: Client, asked: str, words: str):
    by_page = client.get(reverse("rtc_service:widget"), {"language": asked})
    by_browser = client.get(reverse("rtc_service:widget"), headers={"accept-language": f"{asked},en;q=0.5"})
    for answer in (by_page, by_browser):
        assert f'aria-label="{words}"' in answer.content.decode()
        assert answer["Content-Language"] == languages.supported(asked)
