"""What happened while it was recorded, as marks on the player's time line and lines of its list. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from rtc_service.admin import display, sentences, troubles
from rtc_service.models import Call, Event, Message, Participant, QualitySample
from rtc_service.states import Role

# Steps that explain nothing to who sees and hears the call.
QUIET = frozenset(
    {
        "call.requested",
        "call.ringing",
        "call.rated",
        "participant.joined",
        "link.opened",
        "link.up",
        "link.closed",
    }
)
SERVERS = frozenset({Role.RECORDER, Role.ROBOT})  # their comings and goings are no part of the conversation


@dataclass(frozen=True)
class Mark:
    """`at`: seconds from the recording's begin. `body` is a chat line's text; `side` the role of who wrote it."""

    at: float
    moment: datetime
    kind: str
    icon: str
    tone: str
    text: str
    body: str = ""
    side: str = ""


@dataclass(frozen=True)
class Stretch:
    """When the recording begins, and how long it is."""

    begins: datetime
    seconds: float

    def at(self, moment: datetime) -> float:
        return (moment - self.begins).total_seconds()

    def holds(self, moment: datetime) -> bool:
        """The call's end comes a moment after the last frame."""
        return 0.0 <= self.at(moment) <= self.seconds + 1.0

    def inside(self, moment: datetime) -> float:
        return round(min(self.at(moment), self.seconds), 2)


def of(call: Call, stretch: Stretch, *, chat: bool) -> list[Mark]:
    """All marks in order; without `chat` the texts of messages stay closed."""
    legs = list(call.participants.select_related("visitor", "user"))
    people = {str(leg.uuid): display.participant_name(leg) for leg in legs}
    servers = {str(leg.uuid) for leg in legs if leg.role in SERVERS}
    said = {str(row.uuid): row for row in call.messages.select_related("author")} if chat else {}
    events = call.events.filter(at__gte=stretch.begins).order_by("seq")
    seen = [event for event in events if stretch.holds(event.at) and _tells(event, servers)]
    marks = [_mark(event, stretch, people, said) for event in seen]
    marks += _weak(legs, people, stretch)
    return sorted(marks, key=lambda mark: mark.at)


def _tells(event: Event, servers: set[str]) -> bool:
    who = event.data.get("participant")
    return event.kind not in QUIET and who not in servers


def _mark(event: Event, stretch: Stretch, people: Mapping[str, str], said: Mapping[str, Message]) -> Mark:
    icon, text = sentences.tell(event, people)
    line = said.get(str(event.data.get("message"))) if event.kind == "message" else None
    if line is not None:
        text = people.get(str(line.author.uuid), "")
    return Mark(
        at=stretch.inside(event.at),
        moment=event.at,
        kind=event.kind,
        icon=icon,
        tone=sentences.tone(event),
        text=text,
        body=line.body if line is not None else "",
        side=line.author.role if line is not None else "",
    )


def _weak(legs: Iterable[Participant], people: Mapping[str, str], stretch: Stretch) -> list[Mark]:
    """One mark at the beginning of each stretch of bad windows."""
    found = []
    for leg in legs:
        before: datetime | None = None
        rows = QualitySample.objects.filter(participant=leg, window_start__gte=stretch.begins).order_by("window_start")
        for row in rows:
            if not is_weak(row.values):
                continue
            began, seconds = row.window_start, row.seconds
            if (before is None or began - before > timedelta(seconds=seconds)) and stretch.holds(began):
                name = people[str(leg.uuid)]
                text = _("Weak connection: %(name)s") % {"name": name}
                found.append(Mark(stretch.inside(began), began, "weak", "warning", "warn", text))
            before = began + timedelta(seconds=seconds)
    return found


def is_weak(values: Mapping[str, Any]) -> bool:
    """By the limits by which the admin finds abnormal calls."""
    return any((values.get(name) or 0) > limit for name, limit in troubles.window_limits().items())


def switched_off(call: Call, party: Participant, stretch: Stretch) -> list[list[float]]:
    """[[from, to], …] in which the party's camera was off, in seconds from the recording's begin."""
    spans: list[list[float]] = []
    since: float | None = None
    for event in call.events.filter(kind="media").order_by("seq"):
        if event.data.get("participant") != str(party.uuid) or "camera" not in event.data:
            continue
        # The screen takes the camera's place in the picture.
        on = bool(event.data["camera"] or event.data.get("screen"))
        at = stretch.at(event.at)
        if not on and since is None:
            since = at
        elif on and since is not None:
            spans.append([since, at])
            since = None
    if since is not None:
        spans.append([since, stretch.seconds])
    cut = [[round(max(0.0, a), 2), round(min(b, stretch.seconds), 2)] for a, b in spans]
    return [span for span in cut if span[1] > span[0]]
