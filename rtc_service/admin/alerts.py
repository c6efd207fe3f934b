"""Alerts: what somebody should look at, what is over, and clearing by hand.

A leaf teaches the words of its codes: `alerts.teach("recordings.no_sound", _("No sound is recorded"))`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from .. import clock
from ..models import Alert, Call
from ..services import alerts
from . import display, filters
from .base import ReadOnlyModelAdmin

_words: dict[str, Any] = {
    "audit.broken": _("The chain of the audit is broken"),
    "audit.clock": _("The clock ran backwards while the audit was sealed"),
    "audit.anchor_file": _("The file with the audit's digests cannot be written or read"),
}


def teach(code: str, words: Any) -> None:
    """A leaf's code in words."""
    _words[code] = words


def words_of(code: str) -> str:
    """A code in words; an unknown one stays as it is."""
    return str(_words.get(code, code))


def of_call(call: Call, people: Mapping[str, str]) -> list[dict[str, Any]]:
    """A call's alerts, the newest first: {"alert", "words", "about", "lasted"}. Details, which may name addresses, are
    left out. A target is a participant's uuid, or that of what it is about, "/" and the participant's."""
    return [
        {
            "alert": alert,
            "words": words_of(alert.code),
            "about": people.get(alert.target.rpartition("/")[2], ""),
            "lasted": _lasted(alert),
        }
        for alert in call.alerts.order_by("-raised")
    ]


def _lasted(alert: Alert) -> str:
    return display.clock_words(display.between(alert.raised, alert.cleared or clock.now()))


class OpenFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", pgettext_lazy("alert", "open")), ("no", pgettext_lazy("alert", "cleared"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Alert]) -> QuerySet[Alert]:
        chosen = {"yes": True, "no": False}.get(self.value() or "")
        return queryset if chosen is None else queryset.filter(cleared__isnull=chosen)


class CodeFilter(filters.RecentValues):
    title = _("kind")
    parameter_name = field = "code"

    def words(self, value: str) -> str:
        return words_of(value)


@admin.register(Alert)
class AlertAdmin(ReadOnlyModelAdmin):
    list_display = ("what", "state_words", "call_link", "target", "raised", "cleared", "lasted")
    list_filter = (OpenFilter, CodeFilter, "raised")
    date_hierarchy = "raised"
    ordering = ("-raised", "-pk")
    search_fields = ("code", "target")
    search_uuid = "call__uuid"
    search_help_text = _("Kind, target, or the beginning of a call's identifier")
    actions = ("clear_by_hand",)
    fields = ("what", "code", "state_words", "call_link", "target", "raised", "cleared", "lasted", "details")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Alert]:
        return super().get_queryset(request).select_related("call").defer("call__context")

    def has_clear_permission(self, request: HttpRequest) -> bool:
        """Asked by Django for the action below."""
        return bool(request.user.has_perm("rtc_service.clear_alert"))

    @admin.display(description=_("alert"), ordering="code")
    def what(self, alert: Alert) -> str:
        return words_of(alert.code)

    @admin.display(description=_("state"), ordering="cleared")
    def state_words(self, alert: Alert) -> SafeString:
        if alert.cleared is None:
            return display.label(pgettext_lazy("alert", "open"), "bad")
        return display.label(pgettext_lazy("alert", "cleared"), "quiet")

    @admin.display(description=_("call"))
    def call_link(self, alert: Alert) -> SafeString | str:
        return display.call_link(alert.call, self.admin_site.name)

    @admin.display(description=_("lasted"))
    def lasted(self, alert: Alert) -> str:
        return _lasted(alert)

    @admin.display(description=_("details"))
    def details(self, alert: Alert) -> SafeString | str:
        return display.pairs(alert.data) if alert.data else display.EMPTY

    @admin.action(description=_("Clear the selected alerts"), permissions=["clear"])
    def clear_by_hand(self, request: HttpRequest, queryset: QuerySet[Alert]) -> None:
        count = sum(alerts.dismiss(alert, user_id=request.user.pk) for alert in queryset)
        text = ngettext("%(count)d alert was cleared.", "%(count)d alerts were cleared.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS if count else messages.WARNING)
