"""What recordings owe for a call's events. Run by Celery, repeated until done: each is idempotent."""

from __future__ import annotations

from rtc_service.models import Event

from .models import Consent
from .services import actors, consents, steps


def on_requested(event: Event) -> None:
    steps.requested(event.call)


def on_prompt_answered(event: Event) -> None:
    if event.data.get("kind") != consents.KIND:
        return
    consent = (
        Consent.objects.filter(prompt__uuid=event.data["prompt"])
        .select_related("call", "prompt", "participant__visitor")
        .first()
    )
    if consent is not None:
        steps.answered(consent, by=actors.of_leg(consent.participant))


def on_moved(event: Event) -> None:
    """The call was answered, waits again, or has ended."""
    steps.proceed(event.call)
