"""What a browser is told of the host's media and limits: with `welcome`, and with each link."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

from .. import conf
from ..services import ice
from . import protocol
from .attendance import Welcomed


def link_profile(name: str) -> dict[str, Any]:
    """What a browser needs to build a peer connection: fresh ICE servers for this name and the media profile."""
    settings = conf.core()
    return {
        "ice_servers": ice.servers(name),
        "ice_policy": settings.ICE_POLICY,
        "video": {
            "width": settings.VIDEO_WIDTH,
            "height": settings.VIDEO_HEIGHT,
            "fps": settings.VIDEO_FPS,
            "bitrate": settings.VIDEO_BITRATE,
        },
    }


def limits() -> dict[str, float]:
    """`welcome.limits`: what the server holds the client to, so that the client can hold itself to it."""
    settings = conf.core()
    return {
        "message_bytes": settings.MESSAGE_BYTES,
        "chat_characters": settings.CHAT_CHARACTERS,
        "message_rate": settings.MESSAGE_RATE,
        "quality_seconds": settings.QUALITY_SECONDS,
        "video_width": settings.VIDEO_WIDTH,
        "video_height": settings.VIDEO_HEIGHT,
        "video_fps": settings.VIDEO_FPS,
        "video_bitrate": settings.VIDEO_BITRATE,
    }


def welcome(done: Welcomed) -> protocol.Welcome:
    """The answer to hello for who has taken a seat."""
    settings, sitting, attended = conf.core(), done.sitting, done.attended
    leg = attended.leg if attended else None
    return protocol.Welcome(
        you=protocol.You(sitting.role, sitting.user_name, leg.uuid if leg else None),
        call=UUID(leg.call) if leg else None,
        snapshot=attended.snapshot if attended else None,
        desk=done.desk,
        ice_servers=ice.servers(sitting.key),
        ice_policy=settings.ICE_POLICY,
        resume_token=sitting.resume_token,
        limits=limits(),
        heartbeat=settings.HEARTBEAT,
        server_time=round(time.time() * 1000, 1),
    )
