"""Every generation of a call's media links, read from its log: how the packets travelled, never to which address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..models import Event
from ..states import LegKind
from . import display, sentences

# What a candidate may be (RFC 8839 section 5.1); anything else in a row is not shown.
KINDS = frozenset({"host", "srflx", "prflx", "relay"})
STATES = {
    "new": (pgettext_lazy("media link", "never stood"), "bad"),
    "building": (pgettext_lazy("media link", "being built"), "info"),
    "up": (pgettext_lazy("media link", "stands"), "good"),
    "stale": (pgettext_lazy("media link", "stands still"), "warn"),
    "replaced": (pgettext_lazy("media link", "replaced"), "quiet"),
    "closed": (pgettext_lazy("media link", "closed"), "quiet"),
}
PURPOSES = {LegKind.TALK: _("talk"), LegKind.RECORD: _("recording")}


def table(events: Sequence[Event], people: Mapping[str, str]) -> list[dict[str, Any]]:
    """One row per (link, generation): {"parties", "purpose", "generation", "cause", "up" (s), "state", "label",
    "stale", "lasted", "route": {"local", "remote", "protocol"}, "route_words"}."""
    found: dict[tuple[str, int], dict[str, Any]] = {}
    newest: dict[str, dict[str, Any]] = {}
    for event in events:
        if not event.kind.startswith("link."):
            continue
        link, generation = str(event.data.get("link", "")), event.data.get("generation", 1)
        row = found.get((link, generation))
        if row is None:
            row = found[link, generation] = _opened(event, people)
            if (older := newest.get(link)) is not None:
                _over(older, "replaced", event)
            newest[link] = row
        _take(row, event)
    for row in found.values():
        label, tone = STATES[row["state"]]
        row["label"] = display.label(label, tone)
        row["route_words"] = sentences.route_words(row["route"])
    return list(found.values())


def _opened(event: Event, people: Mapping[str, str]) -> dict[str, Any]:
    data = event.data
    kind = data.get("kind", LegKind.TALK)
    return {
        "purpose": PURPOSES.get(kind, kind),
        "parties": " – ".join(people.get(party, "?") for party in data.get("parties", ())),
        "generation": data.get("generation", 1),
        "cause": sentences.cause_words(data["cause"]) if data.get("cause") else "",
        "opened": event.at,
        "state": "building",
        "up": None,
        "stale": 0,
        "lasted": None,
        "route": {},
    }


def _take(row: dict[str, Any], event: Event) -> None:
    if event.kind == "link.up":
        row["state"] = "up"
        if row["up"] is None:
            row["up"] = display.between(row["opened"], event.at)
        row["route"] = route_of(event.data) or row["route"]
    elif event.kind == "link.stale":
        row["state"] = "stale"
        row["stale"] += 1
    elif event.kind == "link.closed":
        _over(row, "closed", event)


def _over(row: dict[str, Any], state: str, event: Event) -> None:
    row["state"] = "new" if row["up"] is None else state
    row["lasted"] = display.clock_words(display.between(row["opened"], event.at))


def route_of(data: Mapping[str, Any]) -> dict[str, str]:
    """The selected pair's kinds and protocol, as far as they are known words."""
    route = data.get("route") or {}
    allowed = {"local": KINDS, "remote": KINDS, "protocol": sentences.PROTOCOLS}
    return {name: route[name] for name, words in allowed.items() if route.get(name) in words}
