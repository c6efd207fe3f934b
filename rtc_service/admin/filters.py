"""Filters of the lists."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .. import words
from ..models import Call
from . import troubles

RECENT = 5_000
LOW_SCORE = 2


class TroubleFilter(admin.SimpleListFilter):
    """Abnormal calls by cause, with the definition of each beside it."""

    title = _("trouble")
    parameter_name = "trouble"
    template = "admin/rtc_service/call/trouble_filter.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(trouble.name, trouble.title) for trouble in troubles.known()]

    def definitions(self) -> list[tuple[Any, Any]]:
        """[(title, about)]: of the chosen cause, else of all."""
        chosen = troubles.get(self.value())
        return [(trouble.title, trouble.about()) for trouble in ([chosen] if chosen else troubles.known())]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Call]) -> QuerySet[Call]:
        chosen = troubles.get(self.value())
        return queryset.filter(chosen.calls(troubles.found)) if chosen else queryset


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
