"""What every HTTP door asks of a request: where it comes from, and where its socket is."""

from __future__ import annotations

from django.http import HttpRequest

from . import conf
from .signalling.limits import client_address

SOCKET_PATH = "/ws/rtc/"


def address_of(request: HttpRequest) -> str:
    """The client's address, seen through our own proxies (TRUSTED_PROXIES)."""
    forwarded = request.headers.get("X-Forwarded-For", "")
    return client_address(request.META.get("REMOTE_ADDR", ""), forwarded, conf.core().TRUSTED_PROXIES)


def socket_url(request: HttpRequest) -> str:
    """Absolute URL of the socket on the host that was asked."""
    scheme = "wss" if request.is_secure() else "ws"
    return f"{scheme}://{request.get_host()}{SOCKET_PATH}"
