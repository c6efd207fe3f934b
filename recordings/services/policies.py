"""Which queues are recorded, and how."""

from __future__ import annotations

from ..conf import recordings as settings
from ..models import Policy


def for_queue(queue: str) -> Policy:
    """The queue's own policy, else the one for all others, else the defaults (unsaved)."""
    rows = {policy.queue: policy for policy in Policy.objects.filter(queue__in=[queue, ""])}
    return rows.get(queue) or rows.get("") or Policy(queue="")


def possible() -> bool:
    """Can anything be recorded here? Nobody is asked for a consent that leads to nothing."""
    return bool(settings().SIGNALLING_URL)
