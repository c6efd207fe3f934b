"""What a host's ASGI file needs."""

from __future__ import annotations

from typing import Any

from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import path

from .consumer import SignallingConsumer

websocket_urlpatterns = [path("ws/rtc/", SignallingConsumer.as_asgi(), name="rtc_service_socket")]


def wrap_asgi(http: Any, extra_websocket_urlpatterns: list[Any] | None = None) -> ProtocolTypeRouter:
    """The two-line case: `application = wrap_asgi(get_asgi_application())`; other sockets of the host go first."""
    return ProtocolTypeRouter(
        {"http": http, "websocket": URLRouter([*(extra_websocket_urlpatterns or []), *websocket_urlpatterns])}
    )
