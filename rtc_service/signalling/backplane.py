"""The channel layer between processes: one group for each process and one for all, messages in batches, and a pulse
that notices when the layer had stood still (docs/decisions/0007)."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

from channels.layers import InMemoryChannelLayer, get_channel_layer

from .. import conf

log = logging.getLogger("rtc_service.backplane")
ALL = "rtc.all"
BATCH = 64
WAITING = 10_000  # messages for the layer; one that is away for long must not eat the memory
SEND_SECONDS = 3.0
PULSE_SECONDS = 1.0
GROUPS_SECONDS = 15.0

Message = dict[str, Any]


class Backplane:
    """`receive(message)` is called with what other processes send, `missed()` when some of it may have been lost.
    Where the layer is in memory there are no other processes, and nothing happens."""

    def __init__(self, process: str, receive: Callable[[Message], None], missed: Callable[[], None]) -> None:
        self.process = process
        self._receive, self._missed = receive, missed
        layer = get_channel_layer(conf.core().CHANNEL_LAYER)
        self._layer: Any = None if isinstance(layer, InMemoryChannelLayer) else layer
        self._out: asyncio.Queue[tuple[Message, str | None]] = asyncio.Queue(WAITING)
        self._pulses = self._pulse_heard = 0  # pulses sent, and the number of the last one that came back
        self._lost = False  # a message of ours did not get out, and the others have not been told yet

    def runs(self) -> list[Callable[[], Awaitable[None]]]:
        """The background tasks that it needs."""
        return [] if self._layer is None else [self._send, self._listen, self._pulse]

    def broadcast(self, message: Message, process: str | None) -> None:
        """Put a message on the layer for one process, or for all others; nothing where there is no layer."""
        if self._layer is None:
            return
        try:
            self._out.put_nowait((message, process))
        except asyncio.QueueFull:
            self._lost = True

    async def _send(self) -> None:
        """Messages that wait for the same process go out as one."""
        while True:
            waiting = [await self._out.get()]
            while not self._out.empty() and len(waiting) < BATCH:
                waiting.append(self._out.get_nowait())
            by_group: dict[str, list[Message]] = defaultdict(list)
            for message, process in waiting:
                by_group[f"rtc.process.{process}" if process else ALL].append(message)
            for group, messages in by_group.items():
                await self._group_send(group, messages)

    async def _group_send(self, group: str, messages: list[Message]) -> None:
        for attempt in (1, 2, 3):
            try:
                # Not wait_for: on Python 3.11 it may swallow a cancellation that comes together with the result.
                async with asyncio.timeout(SEND_SECONDS):
                    await self._layer.group_send(group, {"type": "rtc.hub", "from": self.process, "messages": messages})
            except Exception as error:  # noqa: BLE001  any layer's own errors; the log and the claim make up for a loss
                log.warning("the channel layer did not take a message (%s, try %d)", type(error).__name__, attempt)
                await asyncio.sleep(0.05 * attempt)
            else:
                return
        self._lost = True

    async def _pulse(self) -> None:
        """Hear ourselves over the layer each second. Who has missed a pulse may have missed link messages too and asks
        for them again; the log needs no such care, its sweep reads the database."""
        while True:
            self._pulses += 1
            self.broadcast({"op": "pulse", "number": self._pulses, "lost": self._lost}, None)
            await asyncio.sleep(PULSE_SECONDS)

    def _heard_pulse(self, pulse: Message, *, ours: bool) -> None:
        if not ours:
            if pulse["lost"]:
                self._missed()
            return
        before, self._pulse_heard = self._pulse_heard, pulse["number"]
        if pulse["lost"]:
            self._lost = False
        if pulse["number"] > before + 1:
            if before:  # the first ones may go out before this process listens
                log.warning("the channel layer was away for %d s", (pulse["number"] - before - 1) * PULSE_SECONDS)
            self._missed()

    async def _listen(self) -> None:
        while True:
            try:
                channel = await self._layer.new_channel()
                adding = asyncio.create_task(self._keep_groups(channel))
                try:
                    while True:
                        self._unpack(await self._layer.receive(channel))
                finally:
                    adding.cancel()
            except Exception as error:  # noqa: BLE001
                log.warning("listening to the channel layer failed (%s); again in 1 s", type(error).__name__)
                await asyncio.sleep(1)

    async def _keep_groups(self, channel: str) -> None:
        """Group membership is lost when Redis is: add it again from time to time."""
        while True:
            try:
                await self._layer.group_add(ALL, channel)
                await self._layer.group_add(f"rtc.process.{self.process}", channel)
            except Exception as error:  # noqa: BLE001
                log.warning("joining the layer's groups failed (%s)", type(error).__name__)
                await asyncio.sleep(1)
                continue
            await asyncio.sleep(GROUPS_SECONDS)

    def _unpack(self, envelope: Message) -> None:
        ours = envelope.get("from") == self.process
        for message in envelope.get("messages", ()):
            try:
                if message["op"] == "pulse":
                    self._heard_pulse(message, ours=ours)
                elif not ours:
                    self._receive(message)
            except (KeyError, ValueError, TypeError):
                log.exception("a message on the channel layer is not ours")
