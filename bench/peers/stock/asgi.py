"""The consumer of the stock peer, written as the Channels tutorial writes one.

A socket at `/ws/<name>/<other>/` joins the group `<name>` and hands every message to the group `<other>`, so that
each message is delivered once. (One group for both ends would deliver it twice: the peer is given the cheaper way.)
"""

from __future__ import annotations

import os
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.peers.stock.settings")
django.setup()

from channels.generic.websocket import AsyncJsonWebsocketConsumer  # noqa: E402 - after setup()
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.core.asgi import get_asgi_application  # noqa: E402
from django.urls import path  # noqa: E402


class Relay(AsyncJsonWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    async def connect(self) -> None:
        self.name = self.scope["url_route"]["kwargs"]["name"]
        self.other = self.scope["url_route"]["kwargs"]["other"]
        await self.channel_layer.group_add(self.name, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(self.name, self.channel_name)

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        await self.channel_layer.group_send(self.other, {"type": "relay", "content": content})

    async def relay(self, event: dict[str, Any]) -> None:
        await self.send_json(event["content"])


application = ProtocolTypeRouter(
    {
        "http": get_asgi_application(),
        "websocket": URLRouter([path("ws/<str:name>/<str:other>/", Relay.as_asgi())]),
    }
)
