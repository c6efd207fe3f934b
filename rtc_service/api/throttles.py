"""How often an actor may ask. Exact under any parallelism (`services.rates`), unlike DRF's read and write."""

from __future__ import annotations

from typing import Any

from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from .. import conf
from ..requests import address_of
from ..services import rates
from ..signalling.limits import network
from .actors import Actor


class WindowThrottle(BaseThrottle):
    """One window a minute for each client, user, customer, or address without credentials."""

    window: rates.Window | None = None

    def allow_request(self, request: Any, view: Any) -> bool:
        self.window = view.window = _count(request)
        return self.window.passed

    def wait(self) -> float | None:
        return None if self.window is None else float(self.window.reset)


def _count(request: Any) -> rates.Window:
    settings = conf.core()
    actor = request.auth
    if not isinstance(actor, Actor):
        return rates.hit("address", network(address_of(request)), settings.API_ADDRESS_RATE)
    if actor.client is not None:
        rate = actor.client.rate if actor.client.rate is not None else settings.API_CLIENT_RATE
        return rates.hit("client", actor.key, rate)
    if actor.kind == "user":
        return rates.hit("user", actor.key, settings.API_USER_RATE)
    return rates.hit("customer", actor.key, settings.API_CUSTOMER_RATE)


def headers(response: Response, window: rates.Window) -> None:
    """draft-ietf-httpapi-ratelimit-headers: the policy, and what is left of it."""
    response["RateLimit-Policy"] = f'"{window.name}";q={window.limit};w={rates.SECONDS}'
    response["RateLimit"] = f'"{window.name}";r={window.remaining};t={window.reset}'
