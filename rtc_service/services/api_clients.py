"""Machine clients of the REST API: make, revoke, and find the one whose key was shown.

A key is `rtc_<prefix>_<secret>`. The secret is 256 random bits, so a plain SHA-256 of it is enough: nobody guesses it,
and a slow hash would only make every request slow.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from .. import clock, registry
from ..exceptions import BadRequest, TokenRefused
from ..models import ApiClient
from . import audit

CORE_SCOPES = ("calls:read", "calls:write", "pii:read")
PREFIX_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
NOBODY = hashlib.sha256(b"nobody").hexdigest()  # what an unknown prefix is compared with, so that it takes as long


def scopes() -> list[str]:
    """All scopes that exist here: the core's and those of the installed leaves."""
    return sorted({*CORE_SCOPES, *(scope for part in registry.get().apis.values() for scope in part.scopes)})


def create(
    name: str,
    given: list[str],
    *,
    user: Any = None,
    storefront: str = "",
    rate: int | None = None,
    expires: datetime | None = None,
    by: str = "",
    by_user: int | None = None,
) -> tuple[ApiClient, str]:
    """The new client and its key, which is shown now and never again. Raises BadRequest for an unknown scope."""
    unknown = sorted(set(given) - set(scopes()))
    if unknown:
        raise BadRequest(f"no such scope: {', '.join(unknown)}; there are {', '.join(scopes())}", code="unknown_scope")
    prefix = "".join(secrets.choice(PREFIX_ALPHABET) for _ in range(10))
    secret = secrets.token_urlsafe(32)
    client = ApiClient.objects.create(
        name=name,
        prefix=prefix,
        secret_hash=_hash(secret),
        scopes=sorted(set(given)),
        user=user,
        storefront=storefront,
        rate=rate,
        expires=expires,
        created=clock.now(),
    )
    audit.record("api_client.created", user_id=by_user, actor=by, target=f"api_client:{prefix}", scopes=client.scopes)
    return client, f"rtc_{prefix}_{secret}"


def revoke(client: ApiClient, *, by: str = "", by_user: int | None = None) -> bool:
    """The key opens nothing from now on; False when it was revoked before."""
    if not ApiClient.objects.filter(pk=client.pk, revoked__isnull=True).update(revoked=clock.now()):
        return False
    audit.record("api_client.revoked", user_id=by_user, actor=by, target=f"api_client:{client.prefix}")
    return True


def of_key(key: str) -> ApiClient:
    """The client of a key. Raises TokenRefused, with the same words for every cause."""
    kind, _, rest = key.partition("_")
    prefix, _, secret = rest.partition("_")
    client = None
    if kind == "rtc" and prefix.isascii() and prefix.isalnum() and len(prefix) <= 16:
        client = ApiClient.objects.select_related("user").filter(prefix=prefix).first()
    known = client.secret_hash if client is not None else NOBODY
    same = hmac.compare_digest(_hash(secret), known)
    if client is None or not same or not _alive(client):
        raise TokenRefused("the key is not valid (any more)")
    _touch(client)
    return client


def _alive(client: ApiClient) -> bool:
    if client.revoked is not None or (client.expires is not None and client.expires <= clock.now()):
        return False
    return client.user is None or bool(client.user.is_active)


def _touch(client: ApiClient) -> None:
    """Once a minute is exact enough, and spares a write with each request."""
    now = clock.now()
    stale = Q(last_used__isnull=True) | Q(last_used__lt=now - timedelta(minutes=1))
    if client.last_used is None or client.last_used < now - timedelta(minutes=1):
        ApiClient.objects.filter(stale, pk=client.pk).update(last_used=now)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
