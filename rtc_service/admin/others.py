"""Duties and prompts: to look things up, and to try a given-up duty again."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ..models import Call, Duty, Prompt
from ..models.duty import DutyState
from ..models.message import PromptState
from ..services import audit, duties
from . import display, filters
from .base import ReadOnlyModelAdmin

DUTY_TONES = {DutyState.OWED: "info", DutyState.RUNNING: "info", DutyState.DONE: "good", DutyState.DEAD: "bad"}
PROMPT_TONES = {PromptState.OPEN: "info", PromptState.ACCEPTED: "good"}


@admin.register(Duty)
class DutyAdmin(ReadOnlyModelAdmin):
    list_display = ("handler", "state_words", "event_kind", "call_link", "attempts", "due", "error")
    list_filter = ("state", filters.HandlerFilter, "due")
    ordering = ("-pk",)
    actions = ("try_again",)
    fields = ("handler", "state_words", "event_kind", "call_link", "attempts", "due", "lease_until", "error")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Duty]:
        return super().get_queryset(request).select_related("event__call").defer("event__call__context", "event__data")

    @admin.display(description=_("state"), ordering="state")
    def state_words(self, duty: Duty) -> SafeString:
        return display.label(duty.get_state_display(), DUTY_TONES.get(DutyState(duty.state), "quiet"))

    @admin.display(description=_("event"), ordering="event__kind")
    def event_kind(self, duty: Duty) -> str:
        return duty.event.kind

    @admin.display(description=_("call"))
    def call_link(self, duty: Duty) -> SafeString | str:
        call: Call = duty.event.call
        return display.call_link(call, self.admin_site.name)

    @admin.action(description=_("Try again"), permissions=["change"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[Duty]) -> None:
        count = 0
        for duty in queryset:
            if duties.again(duty.pk):
                audit.record("duty.again", user_id=request.user.pk, call=duty.event.call.uuid, target=f"duty:{duty.pk}")
                count += 1
        text = ngettext("%(count)d duty is tried again.", "%(count)d duties are tried again.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS if count else messages.WARNING)


@admin.register(Prompt)
class PromptAdmin(ReadOnlyModelAdmin):
    list_display = ("short", "kind", "state_words", "who", "call_link", "until", "answered")
    list_filter = (filters.KindFilter, "state", "until")
    ordering = ("-pk",)
    fields = ("uuid", "kind", "state_words", "who", "call_link", "wording_version", "until", "answered")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Prompt]:
        rows = super().get_queryset(request).select_related("call", "participant__visitor", "participant__user")
        return rows.defer("call__context")

    @admin.display(description=_("prompt"))
    def short(self, prompt: Prompt) -> str:
        return str(prompt.uuid)[:8]

    @admin.display(description=_("state"), ordering="state")
    def state_words(self, prompt: Prompt) -> SafeString:
        return display.label(prompt.get_state_display(), PROMPT_TONES.get(PromptState(prompt.state), "quiet"))

    @admin.display(description=_("asked"))
    def who(self, prompt: Prompt) -> str:
        return display.participant_name(prompt.participant)

    @admin.display(description=_("call"))
    def call_link(self, prompt: Prompt) -> SafeString | str:
        return display.call_link(prompt.call, self.admin_site.name)
