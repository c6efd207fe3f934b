"""The words in which customers are asked, and what they said. Words that somebody was asked with do not change."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from rtc_service import clock
from rtc_service.admin import display
from rtc_service.admin.base import OtpModelAdmin, ReadOnlyModelAdmin

from ..models import Consent, Wording


@admin.register(Wording)
class WordingAdmin(OtpModelAdmin):
    list_display = ("version", "language", "begins", "used", "created")
    list_filter = ("language",)
    ordering = ("-created", "-pk")
    fields = ("version", "language", "text", "created")
    readonly_fields = ("created",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        counted: QuerySet[Any] = rows.annotate(rtc_used=Count("consents"))
        return counted

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not _used(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not _used(obj)

    def save_model(self, request: HttpRequest, obj: Wording, form: Any, change: bool) -> None:
        if not change:
            obj.created = clock.now()
        super().save_model(request, obj, form, change)

    @admin.display(description=_("text"))
    def begins(self, wording: Wording) -> str:
        return wording.text if len(wording.text) <= 80 else f"{wording.text[:79]}…"

    @admin.display(description=_("asked with it"), ordering="rtc_used")
    def used(self, wording: Wording) -> int:
        return int(getattr(wording, "rtc_used", 0))


def _used(wording: Wording | None) -> bool:
    return wording is not None and wording.consents.exists()


@admin.register(Consent)
class ConsentAdmin(ReadOnlyModelAdmin):
    list_display = ("asked", "call_link", "who", "wording_name", "answer", "answered")
    list_filter = ("accepted", "asked", "wording__version")
    date_hierarchy = "asked"
    ordering = ("-asked", "-pk")
    search_fields = ("call__uuid",)
    search_uuid = "call__uuid"
    search_help_text = _("Beginning of a call's identifier")
    fields = ("call_link", "who", "wording_name", "text", "asked", "answer", "answered", "withdrawn")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Consent]:
        rows = super().get_queryset(request).select_related("call", "participant__visitor", "wording")
        return rows.defer("call__context")

    @admin.display(description=_("call"))
    def call_link(self, consent: Consent) -> SafeString | str:
        return display.call_link(consent.call, self.admin_site.name)

    @admin.display(description=_("asked was"))
    def who(self, consent: Consent) -> str:
        return display.participant_name(consent.participant)

    @admin.display(description=_("wording of the consent"), ordering="wording")
    def wording_name(self, consent: Consent) -> str:
        return str(consent.wording)

    @admin.display(description=_("text"))
    def text(self, consent: Consent) -> str:
        return consent.wording.text

    @admin.display(description=_("answer"), ordering="accepted")
    def answer(self, consent: Consent) -> SafeString:
        if consent.accepted is None:
            return display.label(_("no answer"), "quiet")
        if consent.withdrawn:
            return display.label(_("agreed, then withdrawn"), "info")
        return display.label(_("agreed"), "good") if consent.accepted else display.label(_("declined"), "info")
