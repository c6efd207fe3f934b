"""Which of the host's languages to use for a customer."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation


def supported(language: str) -> str:
    """The host's variant of a language tag that came from outside, else the host's default."""
    try:
        return translation.get_supported_language_variant(language)
    except LookupError:
        return settings.LANGUAGE_CODE
