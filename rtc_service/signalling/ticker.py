"""Each second the sweepers, each beat the leases of everybody this process has heard from."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING

from .. import conf, registry
from ..db import in_db
from ..services import participants, seats, sweeps

if TYPE_CHECKING:
    from .hub import Hub

log = logging.getLogger("rtc_service.ticker")
REVALIDATE_SECONDS = 30.0


class Ticker:
    def __init__(self, hub: Hub) -> None:
        self.hub = hub

    async def run(self) -> None:
        last_beat = last_check = time.monotonic()
        while True:
            await asyncio.sleep(1)
            now = time.monotonic()
            try:
                if now - last_beat >= conf.core().HEARTBEAT:
                    last_beat = now
                    await self.beat(now)
                # After the beat: when the database was away, those who are alive are renewed before others run out.
                await in_db(sweeps.run_due)
                self.hub.relay.sweep()
                if now - last_check >= REVALIDATE_SECONDS:
                    last_check = now
                    await self.revalidate()
            except Exception:  # noqa: BLE001  the database may be away for a moment: go on ticking
                log.exception("a tick failed")

    async def beat(self, now: float) -> None:
        """Renew the leases of all that were heard lately; say goodbye to who was taken over, is deaf, or too old."""
        settings = conf.core()
        alive = [
            socket for socket in self.hub.sockets if socket.welcomed and now - socket.heard < settings.LEASE_SECONDS
        ]
        sittings = {socket.key: socket.epoch for socket in alive}
        legs = [leg.pk for socket in alive for leg in socket.legs.values()]
        users = [socket.user_id for socket in alive if socket.user_id is not None]
        taken_over = await in_db(_renew, sittings, legs, users)
        for socket in alive:
            if socket.key in taken_over:
                socket.bye("taken_over")
        for socket in list(self.hub.sockets):
            if now - socket.opened > settings.SOCKET_HOURS * 3600:
                socket.bye("renew")
            elif socket.welcomed and now - socket.heard > settings.LEASE_SECONDS:
                socket.drop()

    async def revalidate(self) -> None:
        """A staff log-in that has ended takes its socket with it."""
        staff = [
            (socket, (socket.user_id, socket.session_key))
            for socket in self.hub.sockets
            if socket.welcomed and socket.user_id is not None
        ]
        refused = await in_db(_refused, {login for _, login in staff})
        for socket, login in staff:
            if login in refused:
                socket.bye("revoked")


def _refused(logins: set[tuple[int, str]]) -> set[tuple[int, str]]:
    return {(user_id, session) for user_id, session in logins if not seats.staff_allowed(user_id, session)}


def _renew(sittings: dict[str, int], legs: list[int], users: list[int]) -> set[str]:
    taken_over = seats.renew(sittings)
    participants.seen(legs)
    for function in registry.get().leases.values():
        function([user for user in users if f"u:{user}" not in taken_over])
    return taken_over
