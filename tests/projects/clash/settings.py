"""A shop with all our generic names taken, and every app of ours beside them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

DATA = Path(os.environ["RTC_PROJECT_DATA"])
SECRET_KEY = "a-key-that-opens-nothing-but-is-long-enough-for-the-checks"  # noqa: S105
ALLOWED_HOSTS = ["testserver"]
SHOP = "tests.projects.clash.shop"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    *(f"{SHOP}.{app}.apps.ShopConfig" for app in ("agents", "tickets", "commerce", "recordings")),
    "rtc_service.apps.RtcServiceConfig",
    "agents.apps.RtcAgentsConfig",
    "tickets.apps.RtcTicketsConfig",
    "commerce.apps.RtcCommerceConfig",
    "recordings.apps.RtcRecordingsConfig",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
PROCESSORS = ["request", "i18n"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                *(f"django.template.context_processors.{name}" for name in PROCESSORS),
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
ROOT_URLCONF = "tests.projects.clash.urls"
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA / "clash.sqlite3",
        "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL"},
    }
}
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
# Hashes in the imports of ES modules too: a cycle or an import that it cannot find fails.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "tests.projects.clash.storage.HashedModules"},
}
RTC_SERVICE = {"core": {"KEY_RING": [["k1", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="]]}}
