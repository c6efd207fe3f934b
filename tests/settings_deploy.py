"""What `make lint` gives to `check --deploy`: a host as docs/install.md describes one server. Contacts nothing."""

from __future__ import annotations

from tests.settings import *  # noqa: F403
from tests.settings import RTC_SERVICE as TEST_RTC_SERVICE
from tests.settings import environment

ALLOWED_HOSTS = ["shop.example"]
DATABASES = {"default": environment.postgres("postgres://shop@127.0.0.1:5432/shop")}
CHANNEL_LAYERS = {"default": environment.redis_layer("redis://127.0.0.1:6379/0")}
CELERY_BROKER_URL = "redis://127.0.0.1:6379/1"
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 43_200}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]

SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True

RTC_SERVICE = TEST_RTC_SERVICE | {
    "core": TEST_RTC_SERVICE["core"]
    | {
        "ADMIN_REQUIRES_OTP": True,
        "TURN_URLS": ["turn:turn.shop.example:3478", "turns:turn.shop.example:5349"],
        "TURN_SECRETS": ["a-secret-that-opens-nothing"],
        "TRUSTED_PROXIES": 1,
    },
}
