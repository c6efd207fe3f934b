"""What recordings add to the core's pages of calls: marks in the charts, words for alerts and questions, a cause."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from rtc_service.admin import alerts, marks, sentences, troubles
from rtc_service.models import Alert, Event

from ..models import Recording, RecordingState
from ..services import consents

ALERTS = {
    "recordings.no_picture": gettext_lazy("The recorder got no picture"),
    "recordings.no_sound": gettext_lazy("The recorder got no sound"),
    "recordings.black": gettext_lazy("The recorder got only black pictures"),
    "recordings.no_recorder": gettext_lazy("No worker recorded"),
    "recordings.paused_long": gettext_lazy("Staff wanted to pause a recording for longer than allowed"),
    "recordings.stopped": gettext_lazy("Staff stopped a recording that the policy had begun"),
    "recordings.full": gettext_lazy("A recording reached its greatest size and was ended"),
    "recordings.finalise_failed": gettext_lazy("A recording could not be finished"),
    "recordings.finalise_late": gettext_lazy("A recording is not being finished"),
    "recordings.segment_damaged": gettext_lazy("A piece of a recording was damaged"),
    "recordings.damaged": gettext_lazy("A recording is damaged"),
    "recordings.not_deleted": gettext_lazy("A recording could not be deleted"),
}


def state_mark(event: Event) -> str:
    """The steps at which capture begins and ends."""
    return {
        "running": pgettext("mark in a chart", "recording"),
        "paused": pgettext("mark in a chart", "paused"),
        "finalising": pgettext("mark in a chart", "recorded"),
    }.get(event.data.get("state", ""), "")


def alarm_mark(event: Event) -> str:
    return pgettext("mark in a chart", "recorder") if event.data.get("on") else ""


def about_trouble() -> str:
    return _("A recording of the call failed, or an alert about one was raised while it ran or afterwards.")


marks.teach("recordings.state", state_mark)
marks.teach("recordings.alarm", alarm_mark)
for code, words in ALERTS.items():
    alerts.teach(code, words)
sentences.PROMPTS[consents.KIND] = gettext_lazy("May the call be recorded?")
troubles.register(
    troubles.Trouble(
        "recording",
        gettext_lazy("trouble with the recording"),
        pgettext_lazy("trouble", "recording"),
        about_trouble,
        lambda among: (
            among(Recording.objects.filter(state=RecordingState.FAILED))
            | among(Alert.objects.filter(code__startswith="recordings.", call__isnull=False))
        ),
    )
)
