"""One event of the log as a sentence in the page's language, with an icon.

The core knows its own kinds; a leaf teaches its own from its `admin.py`:
`sentences.teach("tickets.opened", "ticket", lambda event, people: _("Ticket %s opened") % event.data["number"])`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from ..models import Event, Participant
from ..models.message import PromptState
from ..states import EndReason

People = Mapping[str, str]  # participant uuid -> shown name
Sentence = Callable[[Event, People], str]

CAUSES = {
    "declined": gettext_lazy("the offer was declined"),
    "missed": gettext_lazy("the offer was not answered in time"),
    "lost": gettext_lazy("the connection of the person who was rung was lost"),
    "withdrawn": gettext_lazy("the offer was withdrawn"),
    "staff_lost": gettext_lazy("the staff member lost the connection"),
    "timeout": gettext_lazy("no picture or sound came in time"),
    "returned": gettext_lazy("the page was loaded again"),
    "asked": gettext_lazy("asked for by a browser"),
    "no_media": gettext_lazy("no picture or sound came"),
    "ended": gettext_lazy("the call has ended"),
    "never_up": gettext_lazy("the link did not come about"),
    "not_recovered": gettext_lazy("the link did not recover"),
}
# A leaf adds the kinds of its questions.
PROMPTS: dict[str, Any] = {}
PROTOCOLS = ("udp", "tcp", "tls")
BAD_CAUSES = ("missed", "lost", "staff_lost", "timeout", "no_media")
ROUTES = {
    "host": gettext_lazy("directly in the same network"),
    "srflx": gettext_lazy("directly through a home router"),
    "prflx": gettext_lazy("directly through a router"),
    "relay": gettext_lazy("through the TURN relay"),
}
SOURCES = {
    "camera": gettext_lazy("camera"),
    "microphone": gettext_lazy("microphone"),
    "screen": gettext_lazy("screen"),
}
# Whole sentences and not a word put into another: languages differ in where the word goes and how it is bent.
ABOUT = {
    "video": gettext_lazy("The customer asked for a video call about “%(title)s”"),
    "audio": gettext_lazy("The customer asked for an audio call about “%(title)s”"),
    "text": gettext_lazy("The customer asked for a text chat about “%(title)s”"),
}
ASKED = {
    "video": gettext_lazy("The customer asked for a video call"),
    "audio": gettext_lazy("The customer asked for an audio call"),
    "text": gettext_lazy("The customer asked for a text chat"),
}
SWITCHED = {
    ("camera", True): gettext_lazy("camera on"),
    ("camera", False): gettext_lazy("camera off"),
    ("microphone", True): gettext_lazy("microphone on"),
    ("microphone", False): gettext_lazy("microphone off"),
    ("screen", True): gettext_lazy("screen on"),
    ("screen", False): gettext_lazy("screen off"),
}


def cause_words(code: str) -> str:
    """A cause or reason in words; an unknown code stays as it is."""
    return str(CAUSES.get(code, code))


def prompt_words(kind: str) -> str:
    """A kind of question in words; an unknown one stays as it is."""
    return str(PROMPTS.get(kind, kind))


def route_words(route: Mapping[str, str]) -> str:
    """How the media travels, by the less direct of the two ends; empty when no browser said."""
    for kind in ("relay", "srflx", "prflx", "host"):
        if kind in (route.get("local"), route.get("remote")):
            return str(ROUTES[kind])
    return ""


def sources_of(leg: Participant) -> str:
    """What a leg sends now: "camera, microphone"."""
    return _listed(str(word) for name, word in SOURCES.items() if leg.media.get(name)) or "–"


def _listed(items: Iterable[str]) -> str:
    return pgettext("between the items of a list", ", ").join(items)


def _who(event: Event, people: People) -> str:
    return people.get(str(event.data.get("participant") or event.actor or ""), _("somebody"))


def _parties(event: Event, people: People) -> str:
    return " – ".join(people.get(party, _("somebody")) for party in event.data.get("parties", ()))


def requested(event: Event, people: People) -> str:
    media = event.data.get("media", "")
    title = event.data.get("title") or event.data.get("subject")
    if title:
        return str(ABOUT.get(media, ABOUT["video"])) % {"title": title}
    return str(ASKED.get(media, ASKED["video"]))


def ringing(event: Event, people: People) -> str:
    return _("It rings: offer no. %(number)s") % {"number": event.data.get("number", 1)}


def waiting(event: Event, people: People) -> str:
    return _("Back in the queue: %(cause)s") % {"cause": cause_words(event.data.get("cause", ""))}


def answered(event: Event, people: People) -> str:
    staff = event.data.get("staff", {})
    name = people.get(staff.get("participant", ""), staff.get("name") or _("somebody"))
    return _("%(name)s took the call") % {"name": name}


def active(event: Event, people: People) -> str:
    if event.data.get("cause") == "no_media":
        return _("No picture or sound came; the conversation went on in text")
    return _("The conversation began: picture and sound run both ways")


def ended(event: Event, people: People) -> str:
    code = event.data.get("reason", "")
    reason = EndReason(code).label if code in EndReason.values else code
    if event.actor:
        return _("The call ended: %(reason)s, by %(name)s") % {"reason": reason, "name": _who(event, people)}
    return _("The call ended: %(reason)s") % {"reason": reason}


def rated(event: Event, people: People) -> str:
    return _("The customer gave %(score)s of 5 stars") % {"score": event.data.get("score", "?")}


def joined(event: Event, people: People) -> str:
    return _("%(name)s joined") % {"name": _who(event, people)}


def lost(event: Event, people: People) -> str:
    return _("%(name)s lost the connection to the server") % {"name": _who(event, people)}


def back(event: Event, people: People) -> str:
    return _("%(name)s is back") % {"name": _who(event, people)}


def left(event: Event, people: People) -> str:
    return _("%(name)s left") % {"name": _who(event, people)}


def link_opened(event: Event, people: People) -> str:
    values = {"parties": _parties(event, people), "generation": event.data.get("generation", 1)}
    if values["generation"] == 1:
        return _("Media link %(parties)s is being built") % values
    values["cause"] = cause_words(event.data.get("cause", ""))
    return _("Media link %(parties)s is built anew (no. %(generation)s): %(cause)s") % values


def link_up(event: Event, people: People) -> str:
    route = event.data.get("route") or {}
    protocol = route.get("protocol", "")
    values = {"parties": _parties(event, people), "route": route_words(route), "protocol": protocol.upper()}
    if not values["route"] or protocol not in PROTOCOLS:
        return _("Media link %(parties)s stands") % values
    return _("Media link %(parties)s stands, %(route)s (%(protocol)s)") % values


def link_stale(event: Event, people: People) -> str:
    return _("Media link %(parties)s: no packets arrive") % {"parties": _parties(event, people)}


def link_closed(event: Event, people: People) -> str:
    values = {"parties": _parties(event, people), "reason": cause_words(event.data.get("reason", ""))}
    return _("Media link %(parties)s was closed: %(reason)s") % values


def media(event: Event, people: People) -> str:
    sources = _listed(str(SWITCHED[name, bool(event.data[name])]) for name in SOURCES if name in event.data)
    return _("%(name)s: %(sources)s") % {"name": _who(event, people), "sources": sources}


def message(event: Event, people: People) -> str:
    return _("%(name)s wrote a message") % {"name": _who(event, people)}


def prompt_asked(event: Event, people: People) -> str:
    return _("%(name)s was asked: %(kind)s") % {
        "name": _who(event, people),
        "kind": prompt_words(event.data.get("kind", "")),
    }


def prompt_answered(event: Event, people: People) -> str:
    state = event.data.get("state", "")
    words = PromptState(state).label if state in PromptState.values else state
    values = {"kind": prompt_words(event.data.get("kind", "")), "state": words}
    return _("Question %(kind)s: %(state)s") % values


_known: dict[str, tuple[str, Sentence]] = {
    "call.requested": ("request", requested),
    "call.ringing": ("ring", ringing),
    "call.waiting": ("queue", waiting),
    "call.answered": ("answer", answered),
    "call.active": ("talk", active),
    "call.ended": ("end", ended),
    "call.rated": ("star", rated),
    "participant.joined": ("person", joined),
    "participant.lost": ("lost", lost),
    "participant.back": ("person", back),
    "participant.left": ("leave", left),
    "link.opened": ("link", link_opened),
    "link.up": ("link", link_up),
    "link.stale": ("warning", link_stale),
    "link.closed": ("unlink", link_closed),
    "media": ("camera", media),
    "message": ("chat", message),
    "prompt.asked": ("question", prompt_asked),
    "prompt.answered": ("question", prompt_answered),
}


def teach(kind: str, icon: str, sentence: Sentence) -> None:
    """A leaf's event kind. `icon` is one of the symbols in templates/admin/rtc_service/icons.html."""
    _known[kind] = (icon, sentence)


def tell(event: Event, people: People) -> tuple[str, str]:
    """(icon, sentence) of an event; a kind that nobody taught shows its name."""
    icon, sentence = _known.get(event.kind, ("dot", lambda event, people: event.kind))
    return icon, sentence(event, people)


def tone(event: Event) -> str:
    """How the line is coloured: good, warn, bad, or info for the call's own steps, quiet for the rest."""
    data: dict[str, Any] = event.data
    if event.kind in ("link.stale", "participant.lost") or data.get("cause") in BAD_CAUSES:
        return "warn"
    if event.kind == "call.ended" and data.get("reason") in (EndReason.FAILED, EndReason.LOST, EndReason.NO_AGENT):
        return "bad"
    if event.kind in ("call.active", "link.up", "participant.back"):
        return "good"
    return "info" if event.kind.startswith("call.") else "quiet"
