"""What an agent may read of the own working day: the calls taken, and the day's figures. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from rtc_service import clock, crypto, registry, words
from rtc_service.models import Call, Event, Participant
from rtc_service.states import LegKind, Role

from .models import WrapUp

HISTORY_DAYS = 30
TICKET_EVENTS = ("tickets.opened", "tickets.changed")


@dataclass(frozen=True)
class OwnCall:
    """One line of the history. `ticket` is {number, state, url} or empty; `duration` is the own time in the call;
    `actions` are {title, url} of what leaves let this user do with the call (registry.call_action)."""

    requested: datetime
    customer: str
    tier: str
    tier_words: str
    title: str
    subject: str
    duration: str
    end_reason: str
    end_words: str
    wrap_up: str
    note: str
    ticket: dict[str, Any]
    score: int | None
    actions: list[dict[str, str]]


@dataclass(frozen=True)
class Figures:
    """Of one day: calls taken, time in them, and the average of that; the times as h:mm:ss."""

    calls: int
    talk: str
    average: str


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Start and end of a day in the present time zone."""
    start = timezone.make_aware(datetime.combine(day, time.min))
    return start, timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def legs(user_id: Any) -> QuerySet[Participant]:
    """The user's own legs of the last 30 days, newest first; practice calls count nowhere."""
    since = clock.now() - timedelta(days=HISTORY_DAYS)
    own = Participant.objects.filter(user_id=user_id, role=Role.STAFF, kind=LegKind.TALK, joined__gte=since)
    return own.exclude(call__practice=True).order_by("-joined", "-pk")


def of_day(user_id: Any, day: date) -> QuerySet[Participant]:
    """The user's legs that began on that day."""
    start, end = day_bounds(day)
    return legs(user_id).filter(joined__gte=start, joined__lt=end)


def figures(user_id: Any) -> Figures:
    """Today's; the call that runs now counts from its end on."""
    spans = of_day(user_id, timezone.localdate()).filter(left__isnull=False).values_list("joined", "left")
    talk = sum((left - joined).total_seconds() for joined, left in spans if left is not None)
    return Figures(len(spans), words.clock(talk), words.clock(talk / len(spans) if spans else 0))


def rows(page: Sequence[Participant] | QuerySet[Participant], user: Any = None) -> list[OwnCall]:
    """The lines of some legs, in a fixed number of queries; with `user`, what this user may do with each call."""
    if isinstance(page, QuerySet):
        page = list(page.select_related("call__visitor", "call__rating"))
    calls = [leg.call_id for leg in page]
    tickets = dict(
        Event.objects.filter(call__in=calls, kind__in=TICKET_EVENTS).order_by("call", "seq").values_list("call", "data")
    )
    wrap_ups = {row.participant_id: row for row in WrapUp.objects.filter(participant__in=page).select_related("code")}
    actions = _actions(user, [leg.call for leg in page]) if user is not None else {}
    return [_row(leg, wrap_ups.get(leg.pk), tickets.get(leg.call_id, {}), actions.get(leg.call_id, [])) for leg in page]


def _actions(user: Any, calls: list[Call]) -> dict[int, list[dict[str, str]]]:
    found: dict[int, list[dict[str, str]]] = {}
    for of_calls in registry.get().call_actions.values():
        for call, action in of_calls(user, calls).items():
            found.setdefault(call, []).append(action)
    return found


def _row(leg: Participant, wrap_up: WrapUp | None, ticket: dict[str, Any], actions: list[dict[str, str]]) -> OwnCall:
    call = leg.call
    until = leg.left or call.ended or clock.now()
    return OwnCall(
        requested=call.requested,
        customer=crypto.mask_name(call.visitor.name) or _("Guest"),
        tier=call.tier,
        tier_words=words.tier(call.tier),
        title=call.title,
        subject=call.subject_ref,
        duration=words.clock((until - leg.joined).total_seconds()),
        end_reason=call.end_reason,
        end_words=call.get_end_reason_display() if call.end_reason else _("running"),
        wrap_up=str(wrap_up.code) if wrap_up and wrap_up.code else "",
        note=wrap_up.note if wrap_up else "",
        ticket=ticket,
        score=call.rating.score if hasattr(call, "rating") else None,
        actions=actions,
    )
