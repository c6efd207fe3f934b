"""The channel layer: a real message to a group and back."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

from channels.exceptions import InvalidChannelLayerError
from channels.layers import channel_layers

from .. import conf
from .finding import Finding, ok, problem, said, warning

SECONDS, AGAIN = 5.0, 0.5


def check() -> list[Finding]:
    alias = conf.core().CHANNEL_LAYER
    try:
        # An own one: the loops of this process must not meet in a connection.
        layer = channel_layers.make_backend(alias)
    except (KeyError, InvalidChannelLayerError) as error:
        return [problem(f"There is no channel layer {alias!r} ({error}).", "Name one in CHANNEL_LAYERS.")]
    try:
        milliseconds = asyncio.run(_round_trip(layer)) * 1000
    except TimeoutError:
        return [problem(f"The layer {alias!r} delivers nothing.", "Is its Redis up, and the address right?")]
    except Exception as error:  # noqa: BLE001  the layer's own errors
        hint = "Is its Redis up, and the address right?"
        return [problem(f"The layer {alias!r} does not work ({type(error).__name__}: {said(error)}).", hint)]
    if type(layer).__name__ == "InMemoryChannelLayer":
        text = "The layer is in memory and ends at the process."
        return [warning(text, "Right for one server process; with several set a Redis layer.")]
    return [ok(f"A message to a group came back in {milliseconds:.0f} ms.")]


async def _round_trip(layer: Any) -> float:
    """Seconds from the group to the channel."""
    group, token = f"rtc.doctor.{uuid.uuid4().hex}", uuid.uuid4().hex
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(SECONDS):
            channel = await layer.new_channel()
            await layer.group_add(group, channel)
            waiting = asyncio.ensure_future(layer.receive(channel))
            while True:
                began = loop.time()
                await layer.group_send(group, {"type": "rtc.doctor", "token": token})
                # Redis may get the first message before the subscription, which goes by another connection.
                if (await asyncio.wait({waiting}, timeout=AGAIN))[0]:
                    break
            if waiting.result().get("token") != token:
                raise RuntimeError("another message came back")
            took = loop.time() - began
            await layer.group_discard(group, channel)
            return took
    finally:
        await _close(layer)


async def _close(layer: Any) -> None:
    """Connections only: `flush` of the layer over lists would empty it for everybody."""
    if type(layer).__name__ == "RedisPubSubChannelLayer":
        await layer.flush()
    elif hasattr(type(layer), "close_pools"):
        await layer.close_pools()
