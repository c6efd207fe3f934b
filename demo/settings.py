"""The demo project's settings: an example of a host. Everything that is not the video service is plain Django.

Environment (all optional): RTC_DEMO_DATA directory of database, keys, logs · RTC_DEMO_DATABASE_URL postgres://… instead
of SQLite · RTC_DEMO_REDIS_URL redis://… for layer and broker instead of in-process and files · RTC_DEMO_HOSTS further
host names, comma-separated · RTC_DEMO_HTTPS=1 behind TLS · RTC_DEMO_SIGNALLING_URL ws://…/ws/rtc/ where the workers
that record reach the server; without it nothing is recorded · RTC_DEMO_DEBUG=1.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from . import environment

BASE_DIR = Path(__file__).resolve().parent
DATA_DIR = environment.data_dir()
SECRETS = environment.secrets_of(DATA_DIR)
DATABASE_URL = os.environ.get("RTC_DEMO_DATABASE_URL", "")
REDIS_URL = os.environ.get("RTC_DEMO_REDIS_URL", "")
HTTPS = os.environ.get("RTC_DEMO_HTTPS") == "1"

SECRET_KEY = SECRETS["secret_key"]
DEBUG = os.environ.get("RTC_DEMO_DEBUG") == "1"
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
ALLOWED_HOSTS += [name for name in os.environ.get("RTC_DEMO_HOSTS", "").split(",") if name]

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

DATABASES: dict[str, dict[str, Any]] = {
    "default": environment.postgres(DATABASE_URL) if DATABASE_URL else environment.sqlite(DATA_DIR / "demo.sqlite3"),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CHANNEL_LAYERS: dict[str, dict[str, Any]] = {
    "default": environment.redis_layer(REDIS_URL) if REDIS_URL else {"BACKEND": "channels.layers.InMemoryChannelLayer"},
}

CELERY_BROKER_URL = REDIS_URL or "filesystem://"
CELERY_BROKER_TRANSPORT_OPTIONS = {} if REDIS_URL else environment.filesystem_broker(DATA_DIR)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "default"
# Files carry no broadcast worth its churn; with Redis `celery inspect` works.
CELERY_WORKER_ENABLE_REMOTE_CONTROL = bool(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese")), ("zh-hant", _("Traditional Chinese"))]
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
MEDIA_ROOT = DATA_DIR / "media"
# A folder that no web server gives out, outside of MEDIA_ROOT; what lies in it is encrypted.
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
LOGOUT_REDIRECT_URL = "rtc_demo:home"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_PROXY_SSL_HEADER = None

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # One line per request is the access log's business.
        "django.channels.server": {"level": "WARNING"},
        "daphne": {"level": "WARNING"},
    },
}

RTC_SERVICE: dict[str, dict[str, Any]] = {
    "core": {
        "KEY_RING": SECRETS["key_ring"],
        "ADMIN_REQUIRES_OTP": True,
        "AUDIT_ANCHOR_FILE": str(DATA_DIR / "audit-anchors"),
    },
    "agents": {},
    "tickets": {},
    "commerce": {"ADAPTER": "demo.shop_adapter.DemoShop"},
    "recordings": {"SIGNALLING_URL": environment.signalling_url(DATA_DIR)},
}
