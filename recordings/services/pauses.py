"""How long a recording may be paused in all: one pause after the other would be no recording."""

from __future__ import annotations

from django.db.models import F

from rtc_service.exceptions import Refused

from ..conf import recordings as settings
from ..models import Recording

LEAST = 1.0  # seconds; the sweepers end a pause no more exactly


def allowed(recording: Recording) -> float:
    """Seconds that a pause may last now. Raises Refused (`paused_enough`) when PAUSES_SECONDS are spent."""
    spent = Recording.objects.values_list("paused_seconds", flat=True).get(pk=recording.pk)
    left = settings().PAUSES_SECONDS - spent
    if left < LEAST:
        raise Refused("this recording was paused long enough", code="paused_enough")
    return min(settings().PAUSE_SECONDS, left)


def count(recording: Recording, before: Recording) -> None:
    """A pause is over; `before` is the row as it was while it was paused."""
    lasted = (recording.state_since - before.state_since).total_seconds()
    Recording.objects.filter(pk=recording.pk).update(paused_seconds=F("paused_seconds") + max(0.0, lasted))
