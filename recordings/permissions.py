"""May this user? Asked by every door to a recording."""

from __future__ import annotations

from typing import Any

from rtc_service.models import Call, Participant
from rtc_service.states import LegKind, Role

from .models import Recording

PLAY = "rtc_recordings.play_recording"
DELETE = "rtc_recordings.delete_recordings"
SUPERVISE = "rtc_recordings.view_recording"  # who may look through all recordings in the admin


def may_play_any(user: Any) -> bool:
    """An active account with the permission to play, whatever the recording."""
    return bool(user.is_authenticated and user.is_active and user.has_perm(PLAY))


def answered(user: Any, call: Call) -> bool:
    """The user talked in the call as staff; having been its customer gives no right here."""
    legs = Participant.objects.filter(call=call, user_id=user.pk, role=Role.STAFF, kind=LegKind.TALK)
    return legs.exists()


def may_play(user: Any, recording: Recording) -> bool:
    """A supervisor, or staff who answered that call; either with the permission to play."""
    return may_play_any(user) and (user.has_perm(SUPERVISE) or answered(user, recording.call))


def may_delete(user: Any) -> bool:
    """Any recording, before its time; a legal hold stands all the same."""
    return bool(user.is_authenticated and user.is_active and user.has_perm(DELETE))


def may_read_chat(user: Any, call: Call) -> bool:
    """Who may read chats in the admin, or had this one."""
    return bool(user.has_perm("rtc_service.view_message")) or answered(user, call)
