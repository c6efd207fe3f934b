"""Links to recordings beside calls: in the history of whoever took them, and on the call's page in the admin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from rtc_service.models import Call, Participant
from rtc_service.states import LegKind, Role

from .models import Recording, RecordingState
from .permissions import SUPERVISE, may_play_any

PLAYABLE = (RecordingState.READY, RecordingState.FINALISING)


def play_url(recording: Recording) -> str:
    """The page that asks for a reason; empty where a host has left our URLs out."""
    try:
        return reverse("rtc_recordings:play", args=[recording.uuid])
    except NoReverseMatch:
        return ""


def of_calls(user: Any, calls: Sequence[Call]) -> Mapping[int, dict[str, str]]:
    """registry.call_action: the newest recording of each call that this user may play, in two queries."""
    if not may_play_any(user):
        return {}
    allowed = {call.pk for call in calls}
    if not user.has_perm(SUPERVISE):
        legs = Participant.objects.filter(call__in=allowed, user_id=user.pk, role=Role.STAFF, kind=LegKind.TALK)
        allowed = set(legs.values_list("call_id", flat=True))
    rows = Recording.objects.filter(call__in=allowed, state__in=PLAYABLE).order_by("requested")
    found = {row.call_id: {"title": _("Play the recording"), "url": play_url(row)} for row in rows}
    return {call: action for call, action in found.items() if action["url"]}
