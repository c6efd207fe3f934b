"""Published: `from rtc_service.routing import wrap_asgi, websocket_urlpatterns`."""

from .signalling.routing import websocket_urlpatterns, wrap_asgi

__all__ = ["websocket_urlpatterns", "wrap_asgi"]
