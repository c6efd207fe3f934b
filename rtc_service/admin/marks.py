"""Events that stand as a line with a word in the quality charts.

A leaf adds its own: `marks.teach("recordings.state", lambda event: _("recording") if … else "")`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import pgettext

from ..models import Call, Event
from . import sentences
from .sentences import People

Word = Callable[[Event], str]  # "" for no line


def _media(event: Event) -> str:
    words = [str(word) for (name, on), word in sentences.SWITCHED.items() if event.data.get(name) is on]
    return words[0] if len(words) == 1 else pgettext("mark in a chart", "devices")


_known: dict[str, Word] = {
    "call.answered": lambda event: pgettext("mark in a chart", "answered"),
    "call.ended": lambda event: pgettext("mark in a chart", "end"),
    "participant.joined": lambda event: pgettext("mark in a chart", "joined"),
    "participant.lost": lambda event: pgettext("mark in a chart", "lost"),
    "participant.back": lambda event: pgettext("mark in a chart", "back"),
    "participant.left": lambda event: pgettext("mark in a chart", "left"),
    "link.up": lambda event: pgettext("mark in a chart", "link stands"),
    "link.stale": lambda event: pgettext("mark in a chart", "no packets"),
    "media": _media,
}


def teach(kind: str, word: Word) -> None:
    """A leaf's event kind; a word or two, drawn into the chart."""
    _known[kind] = word


def of(call: Call, events: Iterable[Event], people: People) -> list[dict[str, Any]]:
    """[{"at": seconds since the request, "word", "text": the whole sentence, "tone"}] in time order."""
    found = []
    for event in events:
        word = _known[event.kind](event) if event.kind in _known else ""
        if word:
            found.append({
                "at": round((event.at - call.requested).total_seconds(), 2),
                "word": word,
                "text": sentences.tell(event, people)[1],
                "tone": sentences.tone(event),
            })  # fmt: skip
    return found
