"""What recordings add to a call's page in the admin: the call's recordings, with the way to play them."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from rtc_service.admin import display, sections
from rtc_service.models import Call

from ..call_actions import PLAYABLE, play_url
from ..models import Recording, RecordingState
from ..permissions import may_play_any

TONES = {
    RecordingState.RUNNING: "info",
    RecordingState.READY: "good",
    RecordingState.REFUSED: "quiet",
    RecordingState.FAILED: "bad",
    RecordingState.DELETED: "quiet",
}


def recordings_of_call(request: HttpRequest, call: Call) -> SafeString | str:
    """The card, for who may view recordings."""
    if not request.user.has_perm("rtc_recordings.view_recording"):
        return ""
    may_play = may_play_any(request.user)
    rows = [
        {
            "recording": row,
            "state": display.label(row.get_state_display(), TONES.get(RecordingState(row.state), "info")),
            "length": display.clock_words(display.between(row.started, row.ended)),
            "play": play_url(row) if may_play and row.state in PLAYABLE else "",
        }
        for row in Recording.objects.filter(call=call).order_by("requested")
    ]
    if not rows:
        return ""
    return render_to_string("admin/rtc_recordings/call_card.html", {"rows": rows}, request)


sections.register(sections.Section("recordings", gettext_lazy("Recordings"), recordings_of_call, order=10))
