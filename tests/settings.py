"""Settings of the test suite.

RTC_TEST_STACK=embedded (default): SQLite file, in-memory layer. RTC_TEST_STACK=postgres: PostgreSQL and Redis, started
by the first process that reads this file (`tests/services/stack.py`) and found by its children through
RTC_TEST_DATABASE_URL and RTC_TEST_REDIS_URL. Servers and workers that a test starts find the test's SQLite file by
RTC_TEST_SQLITE, and where recorders meet the server by RTC_TEST_SIGNALLING_URL.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from demo import environment

STACK = os.environ.get("RTC_TEST_STACK", "embedded")
if STACK == "postgres" and "RTC_TEST_DATABASE_URL" not in os.environ:
    from tests.services import stack

    stack.start_for_this_process()

ROOT = Path(__file__).resolve().parent.parent
if "RTC_TEST_DIRECTORY" not in os.environ:
    os.environ["RTC_TEST_DIRECTORY"] = tempfile.mkdtemp(prefix="rtc-test-")
    atexit.register(shutil.rmtree, os.environ["RTC_TEST_DIRECTORY"], ignore_errors=True)
DATA_DIR = Path(os.environ["RTC_TEST_DIRECTORY"])

# Fixed keys: they open nothing, and every process of a test must have the same.
SECRET_KEY = "rtc-test-key-that-opens-nothing-but-is-long-enough-for-the-deploy-check"  # noqa: S105
KEY_RING = [["test-1", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="]]
DEBUG = False
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]

INSTALLED_APPS = [
    "daphne",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "rest_framework",
    "rtc_service.apps.RtcServiceConfig",
    "agents.apps.RtcAgentsConfig",
    "tickets.apps.RtcTicketsConfig",
    "commerce.apps.RtcCommerceConfig",
    "recordings.apps.RtcRecordingsConfig",
    "demo.apps.RtcDemoConfig",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "demo.middleware.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "demo.urls"
ASGI_APPLICATION = "demo.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "demo.context_processors.shop",
            ],
        },
    },
]


def database() -> dict[str, Any]:
    url = os.environ.get("RTC_TEST_DATABASE_URL", "")
    if url:
        # Connections are not kept: each test ends its own, or the test database cannot be dropped.
        return environment.postgres(url) | {"CONN_MAX_AGE": 0, "TEST": {"NAME": "rtc_test"}}
    # A file and not memory: threads and other processes must see the same rows.
    settings = environment.sqlite(Path(os.environ.get("RTC_TEST_SQLITE") or DATA_DIR / "default.sqlite3"))
    return settings | {"TEST": {"NAME": str(DATA_DIR / "test.sqlite3")}}


def channel_layer() -> dict[str, Any]:
    url = os.environ.get("RTC_TEST_REDIS_URL", "")
    return environment.redis_layer(url) if url else {"BACKEND": "channels.layers.InMemoryChannelLayer"}


DATABASES = {"default": database()}
CHANNEL_LAYERS = {"default": channel_layer()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# Nothing is sent to a broker unless a test starts a worker; then it sets the folder or Redis itself.
REDIS_URL = os.environ.get("RTC_TEST_REDIS_URL", "")
CELERY_BROKER_URL = REDIS_URL or "filesystem://"
CELERY_BROKER_TRANSPORT_OPTIONS = {} if REDIS_URL else environment.filesystem_broker(DATA_DIR)
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_IGNORE_RESULT = True

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "Simplified Chinese"), ("zh-hant", "Traditional Chinese")]
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
MEDIA_ROOT = DATA_DIR / "media"
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "rtc_recordings": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "recordings"},
    },
}
LOGIN_URL = "rtc_demo:login"
LOGIN_REDIRECT_URL = "rtc_demo:home"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}

RTC_SERVICE: dict[str, dict[str, Any]] = {
    "core": {"KEY_RING": KEY_RING},
    "agents": {},
    "tickets": {},
    "commerce": {"ADAPTER": "demo.shop_adapter.DemoShop"},
    "recordings": {"SIGNALLING_URL": os.environ.get("RTC_TEST_SIGNALLING_URL", ""), "ADDRESSES": ["127.0.0.1"]},
}
