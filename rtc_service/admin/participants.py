"""Legs of calls and the people who call. Customers' names and phones are masked."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from .. import clock
from ..models import Call, Participant, Visitor
from . import display, sentences
from .base import ReadOnlyModelAdmin


@admin.register(Participant)
class ParticipantAdmin(ReadOnlyModelAdmin):
    list_display = ("who", "call_link", "role", "kind", "present", "joined", "left", "time")
    list_filter = ("role", "kind", "present", "joined")
    list_select_related = ("call", "visitor", "user")
    date_hierarchy = "joined"
    ordering = ("-pk",)  # which is by time, and has an index
    search_uuid = "call__uuid"
    search_help_text = _("Beginning of the call's identifier, or a staff member's user name")
    fields = ("uuid", "who", "call_link", "role", "kind", "present", "lost_since", "joined", "left", "time", "sources")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Participant]:
        rows = super().get_queryset(request).select_related("call", "visitor", "user")
        return rows.defer("call__context", "visitor__phone")

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        return [f"user__{get_user_model().USERNAME_FIELD}"]

    @admin.display(description=_("who"))
    def who(self, leg: Participant) -> str:
        return display.participant_name(leg)

    @admin.display(description=_("call"), ordering="call")
    def call_link(self, leg: Participant) -> SafeString | str:
        return display.call_link(leg.call, self.admin_site.name)

    @admin.display(description=_("time in the call"))
    def time(self, leg: Participant) -> str:
        return display.clock_words(display.between(leg.joined, leg.left or clock.now()))

    @admin.display(description=_("sources"))
    def sources(self, leg: Participant) -> str:
        return sentences.sources_of(leg)


@admin.register(Visitor)
class VisitorAdmin(ReadOnlyModelAdmin):
    list_display = ("short", "customer", "telephone", "account", "call_count", "created")
    list_filter = (("user", admin.EmptyFieldListFilter), "created")
    date_hierarchy = "created"
    ordering = ("-pk",)
    search_uuid = "uuid"
    search_help_text = _("Beginning of the identifier, or the customer's user name")
    fields = ("uuid", "customer", "telephone", "account", "call_count", "merged_into", "created")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Visitor]:
        rows: QuerySet[Visitor] = super().get_queryset(request).select_related("user")
        # A subquery for each row of the page, instead of a join that counts everybody's calls.
        calls = Call.objects.filter(visitor=OuterRef("pk")).order_by().values("visitor").annotate(count=Count("pk"))
        return rows.annotate(count_of_calls=Coalesce(Subquery(calls.values("count")), 0))

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        return [f"user__{get_user_model().USERNAME_FIELD}"]

    @admin.display(description=_("visitor"), ordering="uuid")
    def short(self, visitor: Visitor) -> str:
        return str(visitor.uuid)[:8]

    @admin.display(description=_("name"))
    def customer(self, visitor: Visitor) -> str:
        return display.visitor_name(visitor)

    @admin.display(description=_("phone"))
    def telephone(self, visitor: Visitor) -> str:
        return display.masked_phone(visitor.phone)

    @admin.display(description=_("kind"), ordering="user")
    def account(self, visitor: Visitor) -> str:
        return str(_("customer with an account") if visitor.user_id else _("guest"))

    @admin.display(description=_("calls"), ordering="count_of_calls")
    def call_count(self, visitor: Any) -> int:
        return int(visitor.count_of_calls)
