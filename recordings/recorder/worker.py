"""The recordings of this process: taken from the queue as long as there is room, given back when the process stops."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from typing import Any
from uuid import UUID

from celery.signals import worker_process_shutdown, worker_shutdown

from rtc_service.db import in_db

from ..capture.limits import CaptureLimits
from ..capture.peer import PartyCapture
from ..conf import recordings as settings
from ..services import leases
from . import loop
from .party import CaptureMaker
from .session import Session

log = logging.getLogger("rtc_recordings.worker")
TAKE_SECONDS = 30.0
STOP_SECONDS = 6.0


def _capture(**given: Any) -> PartyCapture:
    return PartyCapture(**given, limits=CaptureLimits(flush=settings().FLUSH_SECONDS))


make_capture: CaptureMaker = _capture
_sessions: dict[UUID, Session | None] = {}  # None: being claimed. Touched on the loop only
_running: set[asyncio.Task[None]] = set()


def owner() -> str:
    """Who records, as the admin shows it."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}"


def take(recording: UUID) -> bool:
    """From any thread: record in this process, unless somebody does or there is no room. Returns when that is decided;
    who is turned away here is asked for again by the sweepers, and so comes to another worker."""
    return loop.run(_take(recording), TAKE_SECONDS)


async def _take(recording: UUID) -> bool:
    if recording in _sessions or not settings().SIGNALLING_URL:
        return False
    if len(_sessions) >= settings().RECORDINGS_PER_PROCESS:
        log.warning("no room for recording %s here: %d run already", recording, len(_sessions))
        return False
    _sessions[recording] = None
    claim = None
    try:
        claim = await in_db(leases.claim, recording, owner())
    finally:
        if claim is None:
            del _sessions[recording]
    if claim is None:
        return False
    session = _sessions[recording] = Session(claim, make_capture)
    task = asyncio.get_running_loop().create_task(_run(session))
    _running.add(task)
    task.add_done_callback(_running.discard)
    return True


async def _run(session: Session) -> None:
    try:
        await session.run()
    finally:
        _sessions.pop(session.claim.uuid, None)


async def stop_all(reason: str = "the worker stops") -> None:
    """Segments are closed and places given up, so that others go on at once."""
    for session in list(_sessions.values()):
        if session is not None:
            session.stop(reason)
    if _running:
        await asyncio.wait(set(_running))


def _shut_down(**_: Any) -> None:
    """Celery stops this process in order: its recordings are others' now, not half a lease later."""
    if not loop.started():
        return
    try:
        loop.run(stop_all(), STOP_SECONDS)
    except TimeoutError:
        log.error("some recordings could not be closed in time; their leases run out")


worker_shutdown.connect(_shut_down, weak=False)
worker_process_shutdown.connect(_shut_down, weak=False)
