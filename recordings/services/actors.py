"""Who caused a change of a recording: a staff member, the customer, or nobody (a time-out, a policy)."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from rtc_service.models import Participant
from rtc_service.services import audit

from ..models import Recording


@dataclass(frozen=True)
class Actor:
    """`key` as in the audit ("u:7", "v:<uuid>", or a word of ours); `leg` is the actor of the call's event."""

    key: str = ""
    user_id: int | None = None
    leg: UUID | None = None


NOBODY = Actor()
POLICY = Actor(key="policy")


def of_leg(leg: Participant) -> Actor:
    """A party of the call."""
    if leg.visitor is not None:
        return Actor(f"v:{leg.visitor.uuid}", None, leg.uuid)
    return Actor(f"u:{leg.user_id}", leg.user_id, leg.uuid)


def operator() -> Actor:
    """Who runs a command on this machine; a container may know no names."""
    try:
        return Actor(key=f"shell:{getpass.getuser()}")
    except (KeyError, OSError):
        return Actor(key="shell:")


def record(action: str, recording: Recording, by: Actor, **data: Any) -> None:
    """One audit entry about a recording."""
    audit.record(
        f"recording.{action}",
        user_id=by.user_id,
        actor=by.key,
        call=recording.call.uuid,
        target=f"recording:{recording.uuid}",
        **data,
    )
