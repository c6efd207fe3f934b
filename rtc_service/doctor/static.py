"""Our static files: found, and collected where the project serves collected ones."""

from __future__ import annotations

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage

from .finding import Finding, ok, problem, said

SAMPLE = ("rtc_service/js/widget.js", "rtc_service/css/widget.css", "rtc_service/css/admin.css")


def check() -> list[Finding]:
    lost = [name for name in SAMPLE if finders.find(name) is None]
    if lost:
        hint = "Keep AppDirectoriesFinder in STATICFILES_FINDERS, and the app in INSTALLED_APPS."
        return [problem(f"{', '.join(lost)} is not found by Django's finders.", hint)]
    if settings.DEBUG:
        return [ok("Static files are found.")]
    try:
        missing = [name for name in SAMPLE if not _served(name)]
    except ValueError as error:  # a manifest that does not know the file
        return [problem(f"Static files are not collected: {said(error)}.", "Run `manage.py collectstatic`.")]
    if missing and getattr(settings, "STATIC_ROOT", None) and _collected():
        return [problem(f"{', '.join(missing)} is not collected.", "Run `manage.py collectstatic`.")]
    return [ok("Static files are found.")]


def _served(name: str) -> bool:
    staticfiles_storage.url(name)  # a hashed storage raises for what it does not know
    return bool(staticfiles_storage.exists(name))


def _collected() -> bool:
    """Does this project collect at all? One that serves from the finders (the demo) has an empty folder."""
    try:
        folders, files = staticfiles_storage.listdir("")
    except (OSError, NotImplementedError):
        return False
    return bool(folders or files)
