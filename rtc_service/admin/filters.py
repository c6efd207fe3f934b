"""Filters of the call list, and the signs of trouble that it shows."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .. import words
from ..models import Call, Event, QualitySample

RECENT = 5_000
LOW_SCORE = 2
LOSS, ROUND_TRIP_MS, FROZEN = 0.05, 400, 0.2


def _event(**conditions: Any) -> Exists:
    return Exists(Event.objects.filter(call=OuterRef("pk"), **conditions))


def problems() -> dict[str, tuple[Any, Any, Exists]]:
    """name -> (words, short words, does the call have it?). In a list the subqueries cost for one page only."""
    weak = Q(values__loss__gt=LOSS) | Q(values__rtt_ms__gt=ROUND_TRIP_MS) | Q(values__frozen__gt=FROZEN)
    samples = QualitySample.objects.filter(participant__call=OuterRef("pk")).filter(weak)
    return {
        "no_media": (_("no picture and sound"), _("no media"), _event(kind="call.active", data__cause="no_media")),
        "interrupted": (_("media link stood still"), pgettext_lazy("trouble", "cuts"), _event(kind="link.stale")),
        "lost": (_("a party lost the connection"), pgettext_lazy("trouble", "lost"), _event(kind="participant.lost")),
        "weak": (_("weak network"), pgettext_lazy("trouble", "weak"), Exists(samples)),
    }


class ProblemFilter(admin.SimpleListFilter):
    title = _("trouble")
    parameter_name = "trouble"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, words) for name, (words, _short, _exists) in problems().items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Call]) -> QuerySet[Call]:
        known = problems().get(self.value() or "")
        return queryset.filter(known[2]) if known else queryset


class RatingFilter(admin.SimpleListFilter):
    title = _("rating")
    parameter_name = "rated"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("low", _("1 or 2 stars")), ("good", _("3 stars and more")), ("none", _("not rated"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Call]) -> QuerySet[Call]:
        chosen = {
            "low": Q(rating__score__lte=LOW_SCORE),
            "good": Q(rating__score__gt=LOW_SCORE),
            "none": Q(rating__isnull=True),
        }.get(self.value() or "")
        return queryset if chosen is None else queryset.filter(chosen)


class RecentValues(admin.SimpleListFilter):
    """The values of a plain string among the newest rows; DISTINCT over a million rows would cost every page."""

    field: str

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        newest = model_admin.model._default_manager.order_by("-pk").values_list(self.field, flat=True)[:RECENT]
        return [(value, self.words(value)) for value in sorted(set(newest)) if value]

    def words(self, value: str) -> str:
        return value

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.field: self.value()}) if self.value() else queryset


class QueueFilter(RecentValues):
    title = _("queue")
    parameter_name = field = "queue"


class TierFilter(RecentValues):
    title = _("tier")
    parameter_name = field = "tier"

    def words(self, value: str) -> str:
        return words.tier(value)


class ActionFilter(RecentValues):
    title = _("action")
    parameter_name = field = "action"


class HandlerFilter(RecentValues):
    title = _("handler")
    parameter_name = field = "handler"


class KindFilter(RecentValues):
    title = _("kind")
    parameter_name = field = "kind"
