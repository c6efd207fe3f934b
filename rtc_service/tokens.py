"""Signed tokens: each kind has a salt of its own, so that none can stand in for another.

hello      one use within TOKEN_SECONDS, opens one socket (services.seats spends it)
resume     the newest one of a seat, rotated at each hello
guest      who a guest is, kept by the browser
service    what a server-side peer shows when it opens its socket: limits per address are for browsers
identity   who a customer is, signed by the host's backend for pages of another origin
"""

from __future__ import annotations

import secrets
from typing import Any

from django.core import signing

from . import conf, crypto
from .exceptions import TokenRefused

SESSION = "rtc_service.hello.session"


def _dump(kind: str, payload: dict[str, Any], key: str | None = None) -> str:
    return signing.dumps(payload, salt=f"rtc_service.{kind}", key=key)


def _load(kind: str, token: str, seconds: int, key: str | None = None) -> dict[str, Any]:
    try:
        payload = signing.loads(token, salt=f"rtc_service.{kind}", max_age=seconds, key=key)
    except (signing.BadSignature, UnicodeError):  # JSON may bring half a character, which cannot be hashed
        raise TokenRefused(f"the {kind} token is not valid (any more)") from None
    if not isinstance(payload, dict):
        raise TokenRefused(f"the {kind} token is not valid (any more)")
    return payload


def hello(key: str, role: str, *, origin: str = "", session_key: str = "") -> str:
    """A token for one socket; `key` is the seat's key: "v:<visitor uuid>" or "u:<user id>".

    Scripts hold the token, and the session's cookie is kept from scripts: the session's key is sealed in it.
    """
    session = crypto.encrypt(session_key, SESSION) if session_key else ""
    return _dump("hello", {"key": key, "role": role, "jti": secrets.token_urlsafe(16), "o": origin, "s": session})


def read_hello(token: str) -> dict[str, Any]:
    """The claims: key, role, jti, o (origin), s (the session's key). Raises TokenRefused."""
    claims = _load("hello", token, conf.core().TOKEN_SECONDS)
    try:
        return claims | {"s": crypto.decrypt(claims["s"], SESSION) if claims["s"] else ""}
    except crypto.DecryptionError:  # the key ring has changed within this minute
        raise TokenRefused("the hello token is not valid (any more)") from None


def resume(key: str, role: str, n: int) -> str:
    return _dump("resume", {"key": key, "role": role, "n": n})


def read_resume(token: str) -> dict[str, Any]:
    return _load("resume", token, conf.core().RESUME_SECONDS)


def guest(guest_key: str) -> str:
    return _dump("guest", {"g": guest_key})


def read_guest(token: str) -> str:
    return str(_load("guest", token, conf.core().GUEST_DAYS * 86_400)["g"])


def service() -> str:
    """For the `Authorization: Bearer` header of a server-side peer's socket; its hello has a token all the same."""
    return _dump("service", {"jti": secrets.token_urlsafe(8)})


def is_service(token: str) -> bool:
    try:
        _load("service", token, conf.core().TOKEN_SECONDS)
    except TokenRefused:
        return False
    return True


def identity(user_id: int, *, name: str = "") -> str:
    """For the host: who this customer is, put into the `identity` attribute of a cross-origin page; one hour."""
    return _dump("identity", {"u": user_id, "n": name}, conf.core().IDENTITY_KEY or None)


def read_identity(token: str) -> dict[str, Any]:
    return _load("identity", token, 3_600, conf.core().IDENTITY_KEY or None)
