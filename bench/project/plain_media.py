"""The recordings' media view, unchanged, with a plain file on the disk in place of the vault's reader."""

from __future__ import annotations

from contextvars import ContextVar
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from recordings.models import RecordingFile
from recordings.services import playback
from recordings.views.media import media

_plain: ContextVar[bool] = ContextVar("rtc_bench_plain", default=False)
_sealed: Any = playback.open_file


def path_of(name: str) -> Path:
    """Where the seed puts the plain twin of a file."""
    return Path(settings.DATA_DIR) / "plain" / name


def _open(file: RecordingFile) -> Any:
    return path_of(file.name).open("rb", buffering=0) if _plain.get() else _sealed(file)


playback.open_file = _open


def plain(request: HttpRequest, token: str) -> HttpResponseBase:
    """The file is opened within the view, so that one word in the context is enough."""
    before = _plain.set(True)
    try:
        return media(request, token)
    finally:
        _plain.reset(before)
