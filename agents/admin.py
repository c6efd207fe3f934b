"""Agents in Django's admin: who they are, what they do now, their queue and codes, and the offers of a call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from rtc_service import clock
from rtc_service.admin import display
from rtc_service.admin.base import OtpModelAdmin, ReadOnlyModelAdmin
from rtc_service.services import audit

from . import words
from .call_story import OFFER_TONES
from .forms import AgentProfileForm
from .models import AgentProfile, Offer, OfferState, Presence, PresenceState, Queue, WrapUp, WrapUpCode
from .services import presence

PRESENCE_TONES = {
    PresenceState.READY: "good",
    PresenceState.RESERVED: "warn",
    PresenceState.BUSY: "info",
    PresenceState.WRAP_UP: "info",
    PresenceState.AWAY: "warn",
    PresenceState.OFFLINE: "quiet",
}


def presence_label(row: Presence | None) -> SafeString:
    """The state in colour, with the reason and how long it has lasted."""
    if row is None:
        return display.label(PresenceState.OFFLINE.label)
    state = display.label(row.get_state_display(), PRESENCE_TONES.get(PresenceState(row.state), "quiet"))
    since = display.clock_words(display.between(row.since, clock.now()))
    said = f"{words.reason(row.reason)} · {since}" if row.reason else since
    return format_html('{} <span class="rtc-quiet">{}</span>', state, said)


def may_see_accounts(request: HttpRequest) -> bool:
    """Then an account's name is a link to it."""
    meta = get_user_model()._meta
    return bool(request.user.has_perm(f"{meta.app_label}.view_{meta.model_name}"))


@admin.register(AgentProfile)
class AgentProfileAdmin(OtpModelAdmin):
    list_filter = ("active",)
    ordering = ("display_name", "pk")
    readonly_fields = ("account", "account_link", "state_now")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AgentProfile]:
        return super().get_queryset(request).select_related("user__rtc_agents_presence")

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        return ["display_name", f"user__{get_user_model().USERNAME_FIELD}"]

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        return ("shown_name", self._account(request), "state_now", "active")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        first = ("username",) if obj is None else (self._account(request), "state_now")
        return (*first, "display_name", "active")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **kwargs | ({} if change else {"form": AgentProfileForm}))

    def _account(self, request: HttpRequest) -> str:
        return "account_link" if may_see_accounts(request) else "account"

    @admin.display(description=_("shown name"), ordering="display_name")
    def shown_name(self, profile: AgentProfile) -> str:
        return profile.shown_name

    @admin.display(description=_("account"), ordering="user")
    def account(self, profile: AgentProfile) -> str:
        return str(profile.user.get_username())

    @admin.display(description=_("account"), ordering="user")
    def account_link(self, profile: AgentProfile) -> SafeString | str:
        meta = get_user_model()._meta
        try:
            name = f"admin:{meta.app_label}_{meta.model_name}_change"
            url = reverse(name, args=[profile.user_id], current_app=self.admin_site.name)
        except NoReverseMatch:  # the host keeps accounts out of this admin
            return self.account(profile)
        return format_html('<a href="{}">{}</a>', url, profile.user.get_username())

    @admin.display(description=_("state now"))
    def state_now(self, profile: AgentProfile) -> SafeString:
        return presence_label(getattr(profile.user, "rtc_agents_presence", None))


@admin.register(Queue)
class QueueAdmin(OtpModelAdmin):
    list_display = ("shown_name", "slug", "active", "ring_seconds", "wrap_up_seconds")
    list_filter = ("active",)
    search_fields = ("name", "slug")

    @admin.display(description=_("name"), ordering="name")
    def shown_name(self, queue: Queue) -> str:
        return str(queue)

    def get_readonly_fields(self, request: HttpRequest, obj: Queue | None = None) -> tuple[str, ...]:
        # Calls carry the slug as a plain string: it stays what it was.
        return ("slug",) if obj is not None else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Queue | None = None) -> dict[str, Sequence[str]]:
        return {} if obj is not None else {"slug": ("name",)}


@admin.register(WrapUpCode)
class WrapUpCodeAdmin(OtpModelAdmin):
    list_display = ("shown_name", "code", "order", "active")
    list_filter = ("active",)
    search_fields = ("name", "code")

    @admin.display(description=_("name"), ordering="name")
    def shown_name(self, code: WrapUpCode) -> str:
        return str(code)


@admin.register(Presence)
class PresenceAdmin(ReadOnlyModelAdmin):
    list_display = ("who", "state_now", "since", "lease_until", "missed")
    list_filter = ("state",)
    ordering = ("state", "-since")
    actions = ("set_away", "set_offline")
    fields = ("who", "state_now", "since", "until", "lease_until", "idle_since", "missed")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Presence]:
        return super().get_queryset(request).select_related("user")

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        return [f"user__{get_user_model().USERNAME_FIELD}"]

    @admin.display(description=_("agent"), ordering="user")
    def who(self, row: Presence) -> str:
        return display.user_name(row.user)

    @admin.display(description=_("state"), ordering="state")
    def state_now(self, row: Presence) -> SafeString:
        return presence_label(row)

    @admin.action(description=_("Set away"), permissions=["change"])
    def set_away(self, request: HttpRequest, queryset: QuerySet[Presence]) -> None:
        self._set(request, queryset, PresenceState.AWAY)

    @admin.action(description=_("Set offline"), permissions=["change"])
    def set_offline(self, request: HttpRequest, queryset: QuerySet[Presence]) -> None:
        self._set(request, queryset, PresenceState.OFFLINE)

    def _set(self, request: HttpRequest, queryset: QuerySet[Presence], target: PresenceState) -> None:
        """Whoever is rung or in a call stays: that ends by the call."""
        moved = 0
        for row in queryset:
            if presence.move(row.user_id, presence.BY_HAND, target, reason="supervisor"):
                audit.record(f"presence.{target.value}", user_id=request.user.pk, target=f"user:{row.user_id}")
                moved += 1
        stayed = len(queryset) - moved
        if moved:
            text = ngettext("%(count)d agent was set.", "%(count)d agents were set.", moved) % {"count": moved}
            self.message_user(request, text, messages.SUCCESS)
        if stayed:
            text = ngettext("%(count)d agent is in a call or being rung and stays.",
                            "%(count)d agents are in a call or being rung and stay.", stayed)  # fmt: skip
            self.message_user(request, text % {"count": stayed}, messages.WARNING)


class OfCallAdmin(ReadOnlyModelAdmin):
    """Rows that belong to a call and a user."""

    ordering = ("-pk",)
    search_uuid = "call__uuid"
    search_help_text = _("Beginning of the call's identifier, or the agent's user name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("call", "user").defer("call__context")

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        return [f"user__{get_user_model().USERNAME_FIELD}"]

    @admin.display(description=_("agent"), ordering="user")
    def who(self, row: Any) -> str:
        return display.user_name(row.user)

    @admin.display(description=_("call"), ordering="call")
    def call_link(self, row: Any) -> SafeString | str:
        return display.call_link(row.call, self.admin_site.name)


@admin.register(Offer)
class OfferAdmin(OfCallAdmin):
    list_display = ("created", "who", "call_link", "number", "state_words", "rang", "reason_words")
    list_filter = ("state", "created")
    date_hierarchy = "created"
    fields = ("who", "call_link", "number", "state_words", "reason_words", "created", "until", "settled", "rang")

    @admin.display(description=_("state"), ordering="state")
    def state_words(self, offer: Offer) -> SafeString:
        return display.label(offer.get_state_display(), OFFER_TONES.get(OfferState(offer.state), "quiet"))

    @admin.display(description=_("reason"), ordering="reason")
    def reason_words(self, offer: Offer) -> str:
        return words.reason(offer.reason) or display.EMPTY

    @admin.display(description=_("rang"))
    def rang(self, offer: Offer) -> str:
        return display.clock_words(display.between(offer.created, offer.settled))


@admin.register(WrapUp)
class WrapUpAdmin(OfCallAdmin):
    list_display = ("created", "who", "call_link", "code")
    list_filter = ("code", "created")
    fields = ("who", "call_link", "code", "note", "created")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("code")
