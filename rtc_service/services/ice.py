"""ICE servers for one browser: STUN as configured, TURN with short-lived credentials.

Credentials follow the REST scheme of coturn (draft-uberti-behave-turn-rest-00): username = expiry ":" name,
credential = base64(HMAC-SHA1(secret, username)).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time

from .. import conf
from ..signalling.protocol import IceServer


def turn_credential(name: str, secret: str, expires: int) -> tuple[str, str]:
    """(username, credential) valid until `expires`, seconds since the epoch."""
    username = f"{expires}:{name}"
    digest = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return username, base64.b64encode(digest).decode()


def _expiry(seconds: int) -> int:
    """From one to two life-times ahead, on a grid: who asks again and again gets the same name, and coturn's quota of
    one user counts for all of it."""
    return (int(time.time()) // seconds + 2) * seconds


def servers(name: str) -> list[IceServer]:
    """The list for RTCPeerConnection; empty on a host that configured none (never a public default)."""
    settings = conf.core()
    found = [IceServer(urls=list(settings.STUN_URLS))] if settings.STUN_URLS else []
    if settings.TURN_URLS and settings.TURN_SECRETS:
        username, credential = turn_credential(name, settings.TURN_SECRETS[0], _expiry(settings.TURN_SECONDS))
        found.append(IceServer(urls=list(settings.TURN_URLS), username=username, credential=credential))
    return found
