"""What the log says of recordings, as sentences on the call's page."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rtc_service.admin import sentences
from rtc_service.admin.sentences import People
from rtc_service.models import Event

CAUSES = {
    "policy": gettext_lazy("by the queue's policy"),
    "staff": gettext_lazy("asked for by staff"),
    "asked": gettext_lazy("asked for by staff"),
    "consent": gettext_lazy("the customer agreed"),
    "answered": gettext_lazy("the call was answered again"),
    "media": gettext_lazy("picture and sound came"),
    "timeout": gettext_lazy("the pause was over"),
    "declined": gettext_lazy("the customer declined"),
    "expired": gettext_lazy("the customer did not answer the question"),
    "withdrawn": gettext_lazy("the question or the consent was withdrawn"),
    "ended": gettext_lazy("the call has ended"),
    "waiting": gettext_lazy("the call waits for staff again"),
    "stopped": gettext_lazy("stopped by staff"),
    "full": gettext_lazy("the recording reached its greatest size"),
    "empty": gettext_lazy("no picture and no sound came"),
    "finaliser": gettext_lazy("the files could not be made"),
    "lost": gettext_lazy("the question was lost"),
    "again": gettext_lazy("tried once more"),
}
# Whole sentences: languages differ in how words are bent.
STATES = {
    "asked": gettext_lazy("The customer was asked whether the call may be recorded"),
    "starting": gettext_lazy("The recording is being started"),
    "running": gettext_lazy("The recording runs"),
    "finalising": gettext_lazy("The recording is over and is being finished"),
    "ready": gettext_lazy("The recording is ready"),
    "refused": gettext_lazy("The call is not recorded"),
    "failed": gettext_lazy("There is no recording"),
    "deleted": gettext_lazy("The recording was deleted"),
}
BY_NAME = {
    "running": gettext_lazy("%(name)s let the recording go on"),
    "paused": gettext_lazy("%(name)s paused the recording"),
    "finalising": gettext_lazy("%(name)s stopped the recording"),
}
ALARMS = {
    ("no_picture", True): gettext_lazy("The recorder gets no picture from %(name)s"),
    ("no_picture", False): gettext_lazy("The recorder gets the picture of %(name)s again"),
    ("no_sound", True): gettext_lazy("The recorder gets no sound from %(name)s"),
    ("no_sound", False): gettext_lazy("The recorder gets the sound of %(name)s again"),
    ("black", True): gettext_lazy("The recorder gets only black pictures from %(name)s"),
    ("black", False): gettext_lazy("The pictures of %(name)s are not black any more"),
    ("no_recorder", True): gettext_lazy("Nobody records: no worker has taken the recording"),
    ("no_recorder", False): gettext_lazy("A worker records now"),
}
WITH_CAUSE = ("refused", "failed", "finalising", "running")


def cause_words(code: str) -> str:
    """A cause in words; an unknown code stays as it is."""
    return str(CAUSES.get(code, code))


def state(event: Event, people: People) -> str:
    data = event.data
    word, actor = data.get("state", ""), people.get(str(event.actor or ""))
    if actor and word in BY_NAME and data.get("cause") in ("asked", "stopped"):
        return str(BY_NAME[word]) % {"name": actor}
    if word == "finalising" and data.get("cause") == "withdrawn":
        return _("%(name)s withdrew the consent: the recording is over") % {"name": actor or _("The customer")}
    if word == "paused":
        return _("The recording was paused")
    sentence, cause = str(STATES.get(word, word)), data.get("cause", "")
    if cause and word in WITH_CAUSE and cause != "media":
        return _("%(sentence)s: %(cause)s") % {"sentence": sentence, "cause": cause_words(cause)}
    return sentence


def alarm(event: Event, people: People) -> str:
    data = event.data
    told = ALARMS.get((data.get("problem", ""), bool(data.get("on"))))
    name = people.get(str(data.get("participant") or ""), _("somebody"))
    return str(told) % {"name": name} if told else str(data.get("problem", ""))


sentences.teach("recordings.state", "record", state)
sentences.teach("recordings.alarm", "warning", alarm)
