"""Where recordings plug into the core."""

from __future__ import annotations

from rtc_service import conf, registry

from . import duties, handlers, health
from .call_actions import of_calls
from .conf import RecordingSettings
from .services import recordings, sweeping


def register() -> None:
    """Called once from `AppConfig.ready()`."""
    conf.register("recordings", RecordingSettings)
    registry.call_action("recordings", of_calls)
    registry.event("recordings.state")
    registry.event("recordings.alarm", "staff")
    registry.api("recordings", _viewset, scopes=("recordings:read",))
    registry.snapshot("recording", recordings.summary_of_call)
    registry.duty("call.requested", "recordings.ask", duties.on_requested)
    registry.duty("prompt.answered", "recordings.consent", duties.on_prompt_answered)
    for kind in ("call.answered", "call.waiting", "call.ended"):
        registry.duty(kind, "recordings.proceed", duties.on_moved)
    registry.sweeper("rtc_recordings.recordings", sweeping.sweep)
    registry.sweeper("rtc_recordings.overdue", sweeping.overdue, every=60.0)
    registry.periodic("rtc-recordings-purge", "rtc.recordings.purge", 3600.0, "media")
    handlers.register()
    health.register()


def _viewset() -> type:
    from .api import RecordingViewSet  # only where the host includes the API

    return RecordingViewSet
