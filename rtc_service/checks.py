"""System checks with stable ids; each says what to mend."""

from __future__ import annotations

import base64
import binascii
import difflib
from dataclasses import fields
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from . import conf


@register(Tags.compatibility)
def settings_dict(**_: Any) -> list[CheckMessage]:
    """E001: unknown section or key in RTC_SERVICE."""
    found: list[CheckMessage] = []
    for section, given in getattr(settings, "RTC_SERVICE", {}).items():
        cls = conf.sections.get(section)
        if cls is None:
            found.append(_unknown(f"section {section!r}", section, list(conf.sections)))
            continue
        names = [item.name for item in fields(cls)]
        found += [_unknown(f"key {section}.{key}", key, names) for key in given if key not in names]
    return found


def _unknown(what: str, given: str, known: list[str]) -> Error:
    close = difflib.get_close_matches(given, known, 1)
    hint = f"Did you mean {close[0]!r}?" if close else f"Known: {', '.join(sorted(known))}."
    return Error(f"RTC_SERVICE has an unknown {what}.", hint=hint, id="rtc_service.E001")


@register(Tags.security)
def key_ring(**_: Any) -> list[CheckMessage]:
    """E002: a key that is not 32 bytes. W003: no key ring outside DEBUG."""
    found: list[CheckMessage] = []
    for entry in conf.core().KEY_RING:
        try:
            good = len(base64.b64decode(entry[1], validate=True)) == 32 and ":" not in entry[0]
        except (binascii.Error, IndexError, TypeError):
            good = False
        if not good:
            found.append(
                Error(
                    "A key of RTC_SERVICE core.KEY_RING is not [id, base64 of 32 bytes].",
                    hint="No ':' in the id.",
                    id="rtc_service.E002",
                )
            )
    if not conf.core().KEY_RING and not settings.DEBUG:
        found.append(
            Warning(
                "Stored names and phones are encrypted with a key derived from SECRET_KEY.",
                hint="Set RTC_SERVICE['core']['KEY_RING'], so that SECRET_KEY can change without losing them.",
                id="rtc_service.W003",
            )
        )
    return found


@register(Tags.database)
def sqlite(**_: Any) -> list[CheckMessage]:
    """E004: SQLite without IMMEDIATE transactions and a time-out loses races loudly ("database is locked")."""
    database = settings.DATABASES.get("default", {})
    if not str(database.get("ENGINE", "")).endswith("sqlite3"):
        return []
    options = database.get("OPTIONS", {})
    if options.get("transaction_mode") == "IMMEDIATE" and "wal" in str(options.get("init_command", "")).lower():
        return []
    hint = 'OPTIONS = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": "PRAGMA journal_mode=WAL"}'
    text = "SQLite needs transaction_mode IMMEDIATE and WAL for the video service."
    return [Error(text, hint=hint, id="rtc_service.E004")]


@register(Tags.database)
def atomic_requests(**_: Any) -> list[CheckMessage]:
    """W005: ATOMIC_REQUESTS delays every hint until the response."""
    if settings.DATABASES.get("default", {}).get("ATOMIC_REQUESTS"):
        hint = "The services open their own transactions; set ATOMIC_REQUESTS to False."
        return [Warning("ATOMIC_REQUESTS is on.", hint=hint, id="rtc_service.W005")]
    return []


@register(Tags.compatibility)
def channel_layer(**_: Any) -> list[CheckMessage]:
    """E006: redis-py 8 closes idle connections of the layer unless socket_timeout is None."""
    layer = getattr(settings, "CHANNEL_LAYERS", {}).get(conf.core().CHANNEL_LAYER, {})
    if "channels_redis" not in layer.get("BACKEND", ""):
        return []
    hosts = layer.get("CONFIG", {}).get("hosts", [])
    if hosts and all(isinstance(host, dict) and host.get("socket_timeout", 0) is None for host in hosts):
        return []
    return [
        Error(
            "The Redis channel layer would lose its idle connections every few seconds.",
            hint='Give each host as {"address": "redis://...", "socket_timeout": None}.',
            id="rtc_service.E006",
        )
    ]


@register(Tags.security, deploy=True)
def origins(**_: Any) -> list[CheckMessage]:
    """E007: a wildcard or a bare host among the origins. W008: no TURN server."""
    found: list[CheckMessage] = []
    for origin in conf.core().ALLOWED_ORIGINS:
        if "*" in origin or "://" not in origin or origin.endswith("/"):
            found.append(
                Error(f"{origin!r} is not a whole origin.", hint="https://shop.example[:port]", id="rtc_service.E007")
            )
    if not conf.core().TURN_URLS:
        hint = "Without TURN about one customer in ten cannot be seen. Set core.TURN_URLS and core.TURN_SECRETS."
        found.append(Warning("No TURN server is configured.", hint=hint, id="rtc_service.W008"))
    elif conf.core().PRIVATE_CANDIDATES:
        hint = "With TURN in place set core.PRIVATE_CANDIDATES to False, unless staff and customers share a network."
        text = "A customer can make an agent's browser send to addresses of the agent's network."
        found.append(Warning(text, hint=hint, id="rtc_service.W010"))
    return found


@register(Tags.security)
def second_factor(**_: Any) -> list[CheckMessage]:
    """E009: the admin asks for a second factor that this project has no apps or middleware for."""
    if not conf.core().ADMIN_REQUIRES_OTP:
        return []
    wanted = ("django_otp", "django_otp.plugins.otp_totp", "django_otp.plugins.otp_static")
    missing = [f"the app {name}" for name in wanted if not apps.is_installed(name)]
    if not any(name.endswith(".OTPMiddleware") for name in settings.MIDDLEWARE):
        missing.append("the middleware django_otp.middleware.OTPMiddleware (after AuthenticationMiddleware)")
    if not missing:
        return []
    hint = f"Add {', '.join(missing)}, or set RTC_SERVICE['core']['ADMIN_REQUIRES_OTP'] to False."
    text = "The video service's admin asks for a second factor that is not set up."
    return [Error(text, hint=hint, id="rtc_service.E009")]
