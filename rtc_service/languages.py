"""Languages that come from outside: a page's `lang`, a browser's choice, what a shop knows of a customer."""

from __future__ import annotations

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.utils import translation
from django.utils.translation import gettext


def tag_of(language: str) -> str:
    """A language tag as Django spells them: `zh_TW` and `zh-TW` are `zh-tw`."""
    return language.strip().replace("_", "-").lower()


def supported(language: str) -> str:
    """The installed language nearest to a tag, else the project's own.

    `zh-CN` and `zh-SG` are served `zh-hans`, `zh-TW`, `zh-HK` and `zh-Hant-HK` `zh-hant`.
    """
    for tag in (tag_of(language), settings.LANGUAGE_CODE):
        try:
            return translation.get_supported_language_variant(tag)
        except (LookupError, ValueError):
            continue
    return settings.LANGUAGE_CODE


def name_of(language: str) -> str:
    """A language's name in the active language: `zh-CN` is "Simplified Chinese"; what nobody knows stays as it is."""
    tag = tag_of(language)
    known = LANG_INFO.get(tag, {})
    for candidate in (tag, *known.get("fallback", ()), tag.rpartition("-")[0], tag.partition("-")[0]):
        if "name" in LANG_INFO.get(candidate, {}):
            return gettext(LANG_INFO[candidate]["name"])
    return language
