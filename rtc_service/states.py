"""The call's states, and which change is allowed by which event. Time-outs lie in `services/sweeps.py`."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CallState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("call state", "waiting")
    RINGING = "ringing", pgettext_lazy("call state", "ringing")
    CONNECTING = "connecting", pgettext_lazy("call state", "connecting")
    ACTIVE = "active", pgettext_lazy("call state", "active")
    HELD = "held", pgettext_lazy("call state", "on hold")
    ENDED = "ended", pgettext_lazy("call state", "ended")


OPEN = (CallState.WAITING, CallState.RINGING, CallState.CONNECTING, CallState.ACTIVE, CallState.HELD)
WITH_STAFF = (CallState.CONNECTING, CallState.ACTIVE, CallState.HELD)

# event kind -> (states it may start from, state it leads to)
TRANSITIONS: dict[str, tuple[tuple[CallState, ...], CallState]] = {
    "call.ringing": ((CallState.WAITING,), CallState.RINGING),
    "call.waiting": ((CallState.RINGING, CallState.CONNECTING, CallState.ACTIVE, CallState.HELD), CallState.WAITING),
    "call.answered": ((CallState.RINGING,), CallState.CONNECTING),
    "call.active": ((CallState.CONNECTING,), CallState.ACTIVE),
    "call.ended": (OPEN, CallState.ENDED),
}


class EndReason(models.TextChoices):
    HANG_UP = "hang_up", _("hung up")
    CANCELLED = "cancelled", _("cancelled by the customer")
    LOST = "lost", _("customer lost")
    NO_AGENT = "no_agent", _("nobody answered")
    FAILED = "failed", _("failed")
    FORCED = "forced", _("ended by the supervisor")


class Role(models.TextChoices):
    CUSTOMER = "customer", _("customer")
    STAFF = "staff", _("staff")
    EXPERT = "expert", _("expert")
    MONITOR = "monitor", _("monitor")
    RECORDER = "recorder", _("recorder")
    ROBOT = "robot", _("robot")


# Server-side peers: clients of the same protocol with a token of their own, who speak for one leg that stands already.
SERVICE_ROLES = frozenset({Role.RECORDER, Role.ROBOT})


class LegKind(models.TextChoices):
    TALK = "talk", _("talk")
    CONSULT = "consult", _("consult")
    LISTEN = "listen", _("listen")
    WHISPER = "whisper", _("whisper")
    RECORD = "record", _("record")


class LinkState(models.TextChoices):
    NEW = "new", pgettext_lazy("media link", "new")
    UP = "up", pgettext_lazy("media link", "up")
    STALE = "stale", pgettext_lazy("media link", "stale")
    CLOSED = "closed", pgettext_lazy("media link", "closed")
