"""Recordings: a list to find them, a page that shows what there is. All changes go through services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.urls import URLPattern
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rtc_service.admin import display
from rtc_service.admin.base import ReadOnlyModelAdmin
from rtc_service.states import Role

from ..call_actions import PLAYABLE, play_url
from ..models import Hold, Recording, RecordingFile, RecordingState
from ..models.recording import ENDED
from ..permissions import may_delete, may_play_any
from . import deletion
from .sentences import cause_words

TONES = {
    RecordingState.ASKED: "info",
    RecordingState.STARTING: "info",
    RecordingState.RUNNING: "warn",
    RecordingState.PAUSED: "warn",
    RecordingState.FINALISING: "info",
    RecordingState.READY: "good",
    RecordingState.FAILED: "bad",
}


class FileForm(forms.ModelForm):
    class Meta:
        model = RecordingFile
        fields = ()
        labels = {
            "has_sound": pgettext_lazy("of a recorded file", "sound"),
            "checked": pgettext_lazy("time", "checked"),
        }


class FileInline(admin.TabularInline):
    """What is played: one file per party."""

    model = RecordingFile
    form = FileForm
    extra = 0
    fields = ("role_words", "begins", "length", "media_bytes", "picture", "has_sound", "checked")
    readonly_fields = fields
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("rtc_recordings.view_recording")

    @admin.display(description=_("role"))
    def role_words(self, file: RecordingFile) -> str:
        return str(dict(Role.choices).get(file.role, file.role))

    @admin.display(description=_("length"))
    def length(self, file: RecordingFile) -> str:
        return display.clock_words(file.duration)

    @admin.display(description=_("size"))
    def media_bytes(self, file: RecordingFile) -> str:
        return filesizeformat(file.size)

    @admin.display(description=pgettext_lazy("of a recorded file", "picture"))
    def picture(self, file: RecordingFile) -> str:
        return f"{file.width} × {file.height}" if file.has_picture else display.EMPTY


@admin.register(Recording)
class RecordingAdmin(ReadOnlyModelAdmin):
    list_display = ("short", "call_link", "state_words", "queue", "requested", "length", "keep_until", "held", "play")
    list_filter = ("state", "call__queue", "requested")
    date_hierarchy = "requested"
    ordering = ("-requested", "-pk")
    search_fields = ("uuid",)
    search_uuid = "uuid"
    search_help_text = _("Beginning of a recording's identifier, or the whole one of its call")
    fields = (
        "uuid", "call_link", "state_words", "cause_told", "queue", "requested", "started", "ended", "length", "owner",
        "keep_until", "held", "deleted", "play", "delete_link",
    )  # fmt: skip
    actions = ("delete_now",)
    inlines = (FileInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        holds = Hold.objects.filter(recording=OuterRef("pk"), lifted__isnull=True)
        rows: QuerySet[Any] = super().get_queryset(request).select_related("call").defer("call__context")
        marked: QuerySet[Any] = rows.annotate(rtc_held=Exists(holds))
        return marked

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        return self._with_play(request, self.list_display)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        names = self._with_play(request, self.fields)
        deletable = obj is not None and obj.state in ENDED and may_delete(request.user)
        return names if deletable else tuple(name for name in names if name != "delete_link")

    def _with_play(self, request: HttpRequest, names: tuple[str, ...]) -> tuple[str, ...]:
        return names if may_play_any(request.user) else tuple(name for name in names if name != "play")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        prefix = display.uuid_prefix(search_term, "call__uuid")
        if prefix is not None and (found := queryset.filter(prefix)).exists():
            return found, False
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description=_("recording"))
    def short(self, recording: Recording) -> str:
        return str(recording)

    @admin.display(description=_("call"))
    def call_link(self, recording: Recording) -> SafeString | str:
        return display.call_link(recording.call, self.admin_site.name)

    @admin.display(description=_("state"), ordering="state")
    def state_words(self, recording: Recording) -> SafeString:
        return display.label(recording.get_state_display(), TONES.get(RecordingState(recording.state), "quiet"))

    @admin.display(description=_("cause"))
    def cause_told(self, recording: Recording) -> str:
        return cause_words(recording.cause) or display.EMPTY

    @admin.display(description=_("queue"), ordering="call__queue")
    def queue(self, recording: Recording) -> str:
        return recording.call.queue or display.EMPTY

    @admin.display(description=_("length"))
    def length(self, recording: Recording) -> str:
        return display.clock_words(display.between(recording.started, recording.ended))

    @admin.display(description=_("play"))
    def play(self, recording: Recording) -> SafeString | str:
        url = play_url(recording) if recording.state in PLAYABLE else ""
        return format_html('<a href="{}">{}</a>', url, _("Play")) if url else display.EMPTY

    # --- deleting before the time: a page of its own asks for the reason

    def get_urls(self) -> list[URLPattern]:
        return [deletion.route(self), *super().get_urls()]

    def has_delete_now_permission(self, request: HttpRequest) -> bool:
        """Asked by Django for the action below."""
        return may_delete(request.user)

    @admin.action(description=_("Delete before their time"), permissions=["delete_now"])
    def delete_now(self, request: HttpRequest, queryset: QuerySet[Recording]) -> HttpResponse | None:
        return deletion.ask(self, request, queryset)

    @admin.display(description=_("delete"))
    def delete_link(self, recording: Recording) -> SafeString:
        return format_html('<a href="{}">{}</a>', deletion.address(self, [recording.pk]), _("Delete now"))

    @admin.display(description=_("legal hold"), boolean=True)
    def held(self, recording: Recording) -> bool:
        return bool(getattr(recording, "rtc_held", False))
