"""Where recordings plug into the core."""

from __future__ import annotations

from rtc_service import conf, registry

from .conf import RecordingSettings


def register() -> None:
    """Called once from `AppConfig.ready()`."""
    conf.register("recordings", RecordingSettings)
    registry.event("recordings.state")
    registry.event("recordings.alarm", "staff")
