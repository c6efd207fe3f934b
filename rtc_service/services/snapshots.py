"""The call's state as browsers hold it: read fresh from the rows. `replay` must give the same from the log."""

from __future__ import annotations

from typing import Any

from .. import clock, crypto, registry
from ..models import Call
from ..replay import NO_MEDIA
from ..states import WITH_STAFF, LinkState, Role


def of(call: Call) -> dict[str, Any]:
    """Shape: docs/architecture.md. Read inside one transaction by the caller when others may write."""
    legs = list(call.participants.all().order_by("pk"))
    staff = next((leg for leg in reversed(legs) if leg.role == Role.STAFF and leg.left is None), None)
    if call.state not in WITH_STAFF:
        staff = None
    rating = getattr(call, "rating", None)
    result: dict[str, Any] = {
        "call": str(call.uuid),
        "seq": call.last_seq,
        "state": call.state,
        "requested_at": clock.millis(call.requested),
        "answered_at": clock.millis(call.answered),
        "ended_at": clock.millis(call.ended),
        "end_reason": call.end_reason,
        "media": call.media,
        "page_kind": call.page_kind,
        "subject": call.subject_ref,
        "title": call.title,
        "language": call.language,
        "category": call.category,
        "staff": {"participant": str(staff.uuid), "name": staff.name} if staff else None,
        "participants": {
            str(leg.uuid): {"role": leg.role, "name": leg.name, "present": leg.present, "media": NO_MEDIA | leg.media}
            for leg in legs
            if leg.left is None
        },
        "messages": [
            {
                "message": str(message.uuid),
                "participant": str(message.author.uuid),
                "role": message.author.role,
                "client_id": str(message.client_id),
                "body": message.body,
                "at": clock.millis(message.created),
            }
            for message in call.messages.select_related("author").order_by("pk")
        ],
        "links": {
            str(link.uuid): {
                "kind": link.kind,
                "generation": link.generation,
                "state": link.state,
                "parties": [str(link.first.uuid), str(link.second.uuid)],
            }
            for link in call.links.select_related("first", "second").order_by("pk")
            if link.state != LinkState.CLOSED
        },
        "rating": rating.score if rating else None,
        "ticket": None,
    }
    for name, function in registry.get().snapshots.items():
        result[name] = function(call)
    return result


def for_staff(call: Call, snapshot: dict[str, Any]) -> dict[str, Any]:
    """The same with the customer's masked name, which the log does not hold."""
    people = {
        key: {**leg, "name": crypto.mask_name(call.visitor.name)} if leg["role"] == Role.CUSTOMER else leg
        for key, leg in snapshot["participants"].items()
    }
    return {**snapshot, "participants": people}
