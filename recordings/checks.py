"""System checks with stable ids: where recordings are kept, and by which keys."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage

from rtc_service import conf

from .conf import recordings
from .vault import store


@register(Tags.files)
def storage(**_: Any) -> list[CheckMessage]:
    """E001: no storage for recordings, though they are switched on. E002: it lies where a web server serves files."""
    alias = recordings().STORAGE
    if alias not in settings.STORAGES:
        if not recordings().SIGNALLING_URL:  # nothing is recorded here
            return []
        text = f"Recordings are switched on, and STORAGES has no {alias!r}."
        return [Error(text, hint=store.WRITE_THIS.format(alias=alias), id="rtc_recordings.E001")]
    try:
        place = store.storage()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="rtc_recordings.E001")]
    if not isinstance(place, FileSystemStorage):
        return []
    location = Path(place.location).resolve()
    return [
        Error(
            f"The recordings' storage lies in {name}, whose files a web server gives to everybody.",
            hint=f'Give STORAGES["{alias}"] an OPTIONS["location"] outside of it.',
            id="rtc_recordings.E002",
        )
        for name, folder in _served()
        if location.is_relative_to(folder)
    ]


def _served() -> Iterator[tuple[str, Path]]:
    """The folders that are given out: (name of the setting, where)."""
    for name in ("MEDIA_ROOT", "STATIC_ROOT"):
        if folder := getattr(settings, name, ""):
            yield name, Path(folder).resolve()
    for entry in getattr(settings, "STATICFILES_DIRS", []):
        folder = entry[1] if isinstance(entry, (list, tuple)) else entry
        yield "STATICFILES_DIRS", Path(folder).resolve()


@register(Tags.security)
def key_ring(**_: Any) -> list[CheckMessage]:
    """E003: a key that is not 32 bytes. W004: recordings are switched on and no key ring is set."""
    found: list[CheckMessage] = []
    for entry in recordings().KEY_RING:
        try:
            good = len(base64.b64decode(entry[1], validate=True)) == 32 and 0 < len(entry[0]) <= 64
        except (binascii.Error, IndexError, TypeError):
            good = False
        if not good:
            text = "A key of RTC_SERVICE recordings.KEY_RING is not [id, base64 of 32 bytes]."
            found.append(Error(text, hint="The id has 1 to 64 characters.", id="rtc_recordings.E003"))
    if recordings().SIGNALLING_URL and not (recordings().KEY_RING or conf.core().KEY_RING) and not settings.DEBUG:
        hint = "Set RTC_SERVICE['recordings']['KEY_RING'] or the core's: who changes SECRET_KEY loses every recording."
        text = "The keys of recordings are wrapped by a key derived from SECRET_KEY."
        found.append(Warning(text, hint=hint, id="rtc_recordings.W004"))
    return found
