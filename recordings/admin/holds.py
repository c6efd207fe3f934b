"""Legal holds: placed with a reason, lifted by an action, kept for ever."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from rtc_service.admin import display
from rtc_service.admin.base import OtpModelAdmin
from rtc_service.exceptions import Conflict

from ..models import Hold
from ..services import holds
from .reason_form import by, cleaned_reason

MAY = "rtc_recordings.hold_recording"


class HoldForm(forms.ModelForm):
    class Meta:
        model = Hold
        fields = ("recording", "reason")
        labels = {"recording": _("recording")}

    def clean_reason(self) -> str:
        return cleaned_reason(self.cleaned_data["reason"])


@admin.register(Hold)
class HoldAdmin(OtpModelAdmin):
    form = HoldForm
    list_display = ("recording_name", "reason", "placed", "placed_name", "lifted", "lifted_name")
    list_filter = ("placed", ("lifted", admin.EmptyFieldListFilter))
    list_select_related = ("recording", "placed_by", "lifted_by")
    autocomplete_fields = ("recording",)
    ordering = ("-placed", "-pk")
    search_fields = ("reason",)
    actions = ("lift",)
    fields = ("recording", "reason", "placed", "placed_name", "lifted", "lifted_name")
    readonly_fields = ("placed", "placed_name", "lifted", "lifted_name")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("recording", "reason") if obj is None else self.fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(MAY)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(MAY) or super().has_view_permission(request, obj)

    def has_lift_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(MAY)

    def save_model(self, request: HttpRequest, obj: Hold, form: Any, change: bool) -> None:
        placed = holds.place(obj.recording, obj.reason, by(request))
        obj.pk, obj.placed, obj.placed_by = placed.pk, placed.placed, placed.placed_by

    @admin.action(description=_("Lift the holds"), permissions=["lift"])
    def lift(self, request: HttpRequest, queryset: QuerySet[Hold]) -> None:
        count = 0
        for hold in queryset.select_related("recording__call"):
            try:
                holds.lift(hold, by(request))
                count += 1
            except Conflict:  # somebody else was faster
                continue
        text = ngettext("%(count)d hold was lifted.", "%(count)d holds were lifted.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS if count else messages.WARNING)

    @admin.display(description=_("recording"), ordering="recording")
    def recording_name(self, hold: Hold) -> str:
        return str(hold.recording)

    @admin.display(description=_("placed by"))
    def placed_name(self, hold: Hold) -> str:
        return display.user_name(hold.placed_by)

    @admin.display(description=_("lifted by"))
    def lifted_name(self, hold: Hold) -> str:
        return display.user_name(hold.lifted_by)
