"""System checks of values that cannot work, or not together."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from . import conf
from .doctor.ice_url import parse


@register(Tags.compatibility)
def ice_servers(**_: Any) -> list[CheckMessage]:
    """E011: TURN without a secret. E012: a URL that browsers would refuse."""
    found: list[CheckMessage] = []
    core = conf.core()
    if core.TURN_URLS and not core.TURN_SECRETS:
        hint = "Set core.TURN_SECRETS to coturn's static-auth-secret; without it TURN_URLS is left out."
        found.append(Error("TURN_URLS is set and TURN_SECRETS is not.", hint=hint, id="rtc_service.E011"))
    for name, urls, schemes in (
        ("STUN_URLS", core.STUN_URLS, ("stun:", "stuns:")),
        ("TURN_URLS", core.TURN_URLS, ("turn:", "turns:")),
    ):
        for url in urls:
            if not _good(url, schemes):
                hint = f"{schemes[0]}host[:port], RFC 7064 and 7065."
                found.append(Error(f"{url!r} in core.{name} is no such URL.", hint=hint, id="rtc_service.E012"))
    return found


def _good(url: str, schemes: tuple[str, ...]) -> bool:
    try:
        parse(url)
    except ValueError:
        return False
    return url.startswith(schemes)


@register(Tags.compatibility)
def channel_layer_alias(**_: Any) -> list[CheckMessage]:
    """E013: there is no such channel layer."""
    alias = conf.core().CHANNEL_LAYER
    if alias in getattr(settings, "CHANNEL_LAYERS", {}):
        return []
    hint = "Add it, or name another one by core.CHANNEL_LAYER."
    return [Error(f"CHANNEL_LAYERS has no {alias!r}.", hint=hint, id="rtc_service.E013")]


@register(Tags.database)
def kept_connections(**_: Any) -> list[CheckMessage]:
    """W014: connections are kept, and used after the database has closed them."""
    given = settings.DATABASES.get("default", {})
    if "postgresql" not in str(given.get("ENGINE", "")) or given.get("CONN_MAX_AGE", 0) == 0:
        return []
    if given.get("CONN_HEALTH_CHECKS"):
        return []
    text = "CONN_MAX_AGE keeps connections, and CONN_HEALTH_CHECKS is off."
    hint = "Set CONN_HEALTH_CHECKS to True, or each restart of the database costs a failed request per connection."
    return [Warning(text, hint=hint, id="rtc_service.W014")]


@register(Tags.compatibility)
def audit_values(**_: Any) -> list[CheckMessage]:
    """E015: numbers of the audit that make no sense."""
    core = conf.core()
    days = core.AUDIT_KEEP_DAYS
    wrong = [
        name
        for name, bad in (
            ("AUDIT_KEEP_DAYS", days is not None and days < 1),
            ("AUDIT_SEAL_ENTRIES", core.AUDIT_SEAL_ENTRIES < 1),
            ("AUDIT_SETTLE_SECONDS", core.AUDIT_SETTLE_SECONDS < 0),
            ("AUDIT_LATE_SECONDS", core.AUDIT_LATE_SECONDS <= core.AUDIT_SETTLE_SECONDS),
        )
        if bad
    ]
    hint = "Days and entries from 1; AUDIT_LATE_SECONDS above AUDIT_SETTLE_SECONDS."
    return [Error(f"core.{name} cannot be so.", hint=hint, id="rtc_service.E015") for name in wrong]
