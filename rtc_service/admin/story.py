"""A call's whole story for its admin page, in a fixed number of queries. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest

from .. import clock, languages, registry, words
from ..models import AuditEntry, Call, Duty, Event, Participant
from ..models.message import PromptState
from ..states import CallState
from . import alerts, display, media_links, quality, sections, sentences

STATE_OF_EVENT = {
    "call.requested": CallState.WAITING,
    "call.waiting": CallState.WAITING,
    "call.ringing": CallState.RINGING,
    "call.answered": CallState.CONNECTING,
    "call.active": CallState.ACTIVE,
    "call.ended": CallState.ENDED,
}

PROMPT_TONES: dict[str, str] = {PromptState.OPEN: "info", PromptState.ACCEPTED: "good", PromptState.DECLINED: "warn"}
AUDIT_ROWS = 20


def tell(request: HttpRequest, call: Call) -> dict[str, Any]:
    """The template's context; what the user may not view is left out."""
    legs = list(call.participants.select_related("visitor", "user").order_by("pk"))
    people = {str(leg.uuid): display.participant_name(leg) for leg in legs}
    events = list(call.events.order_by("seq"))
    may = {name: request.user.has_perm(f"rtc_service.view_{name}") for name in
           ("message", "rating", "qualitysample", "prompt", "auditentry", "duty", "alert")}  # fmt: skip
    rating = getattr(call, "rating", None)
    cards = sections.render_all(request, call)
    return {
        "call": call,
        "facts": facts(call, legs),
        "hints": hints(call),
        "address": display.page_address(call.url),
        "state": display.state_label(call),
        "reason": display.reason_label(call) if call.end_reason else "",
        "phases": phases(call, events),
        "lines": lines(call, events, people),
        "legs": [_leg(leg) for leg in legs],
        "links": media_links.table(events, people),
        "messages_said": _messages(call, people) if may["message"] else None,
        "rating": rating if may["rating"] else None,
        "prompts": _prompts(call, people) if may["prompt"] else [],
        "quality": quality.panel(call, legs, events, people) if may["qualitysample"] else None,
        "ticket": ticket(call),
        "audit": _audit(call) if may["auditentry"] else None,
        "alerts": alerts.of_call(call, people) if may["alert"] else [],
        "duties": _duties(call) if may["duty"] else [],
        "sections": cards,
        "ticket_has_card": any(card["name"] == "ticket" for card in cards),
    }


def facts(call: Call, legs: Sequence[Participant]) -> dict[str, Any]:
    """Who and how long. Times run on while the call does."""
    now = None if call.ended else clock.now()
    return {
        "customer": display.visitor_name(call.visitor),
        "guest": call.visitor.user_id is None,
        "staff": next((display.participant_name(leg) for leg in reversed(legs) if leg.user_id), display.EMPTY),
        "waited": display.clock_words(display.between(call.requested, call.answered or call.ended or now)),
        "duration": display.clock_words(display.between(call.answered, call.ended or now)),
    }


def hints(call: Call) -> dict[str, str]:
    """The call's plain strings in words."""
    return {
        "page": words.page_kind(call.page_kind),
        "tier": words.tier(call.tier),
        "language": languages.name_of(call.language),
        "media": words.media(call.media),
    }


def phases(call: Call, events: Sequence[Event]) -> list[dict[str, Any]]:
    """The states one after another: {"state", "label", "x", "width" (per mille), "time"}."""
    marks = [(STATE_OF_EVENT[event.kind], event.at) for event in events if event.kind in STATE_OF_EVENT]
    end = call.ended or clock.now()
    total = (end - call.requested).total_seconds()
    if total <= 0 or not marks:
        return []
    ends = [at for _, at in marks[1:]] + [end]
    result = []
    for (state, start), until in zip(marks, ends, strict=True):
        seconds = (until - start).total_seconds()
        if state == CallState.ENDED:
            continue
        x = (start - call.requested).total_seconds() / total * 1000
        result.append({
            "state": state.value,
            "label": state.label,
            "x": round(x, 1),
            "width": round(max(seconds / total * 1000, 4.0), 1),
            "time": display.clock_words(seconds) if seconds >= 1 else f"{seconds:.1f} s",
        })  # fmt: skip
    return result


def lines(call: Call, events: Sequence[Event], people: Mapping[str, str]) -> list[dict[str, Any]]:
    """The time line, one entry per event."""
    result = []
    for event in events:
        icon, sentence = sentences.tell(event, people)
        result.append({
            "seq": event.seq,
            "kind": event.kind,
            "at": event.at,
            "offset": display.offset_words((event.at - call.requested).total_seconds()),
            "actor": people.get(str(event.actor), "") if event.actor else "",
            "icon": icon,
            "tone": sentences.tone(event),
            "sentence": sentence,
        })  # fmt: skip
    return result


def ticket(call: Call) -> dict[str, Any] | None:
    """What the app that owns tickets says in the call's snapshot: {"number", "state", "url"}."""
    read = registry.get().snapshots.get("ticket")
    return read(call) if read else None


def _leg(leg: Participant) -> dict[str, Any]:
    return {
        "leg": leg,
        "name": display.participant_name(leg),
        "media": sentences.sources_of(leg),
        "time": display.clock_words(display.between(leg.joined, leg.left or clock.now())),
    }


def _messages(call: Call, people: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {"name": people[str(message.author.uuid)], "role": message.author.role, "body": message.body,
         "at": message.created}
        for message in call.messages.select_related("author")
    ]  # fmt: skip


def _prompts(call: Call, people: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {"prompt": prompt, "kind": sentences.prompt_words(prompt.kind), "name": people[str(prompt.participant.uuid)],
         "label": display.label(prompt.get_state_display(), PROMPT_TONES.get(prompt.state, "quiet"))}
        for prompt in call.prompts.select_related("participant").order_by("pk")
    ]  # fmt: skip


def _audit(call: Call) -> dict[str, Any]:
    """The newest entries, and whether there are more; no addresses, which have a permission of their own."""
    entries = list(AuditEntry.objects.filter(call=call.uuid).select_related("user").order_by("-pk")[: AUDIT_ROWS + 1])
    return {"entries": entries[:AUDIT_ROWS], "more": len(entries) > AUDIT_ROWS}


def _duties(call: Call) -> Any:
    return Duty.objects.filter(event__call=call).select_related("event").order_by("pk")
