"""Calls in the admin: found by the list, told on one page, ended by force. Nothing else is written here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms.widgets import Media, Script
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from .. import clock, words
from ..models import Call
from ..services import audit, calls
from ..states import EndReason
from . import display, filters, quality, story, troubles
from .base import ReadOnlyModelAdmin

# Ten columns, and charts beside a time line: these two pages take the room of the admin's side bar.
WIDE = {"is_nav_sidebar_enabled": False}
CHARTS = Media(
    css={"all": ("rtc_service/vendor/uplot/uPlot.min.css",)},
    js=(
        Script(  # type: ignore[arg-type]  # of Django 5.2, which the stubs do not know
            "rtc_service/js/admin/quality-chart.js", type="module"
        ),
    ),
)


class CallList(ChangeList):
    """What is the matter with calls is asked for those on the page, once they are known."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        marks = troubles.marks(self.result_list)
        for call in self.result_list:
            call.troubles = marks.get(call.pk, [])


@admin.register(Call)
class CallAdmin(ReadOnlyModelAdmin):
    list_display = (
        "short",
        "requested_at",
        "state_words",
        "where",
        "about",
        "agent",
        "waited",
        "duration",
        "score",
        "trouble",
    )
    list_filter = ("state", "end_reason", filters.QueueFilter, filters.TierFilter, filters.TroubleFilter,
                   filters.RatingFilter)  # fmt: skip
    date_hierarchy = "requested"
    ordering = ("-requested",)
    search_uuid = "uuid"
    search_help_text = _("Beginning of the call's identifier, subject, title, or the agent's user name")
    actions = ("force_end",)
    fields = ("uuid",)  # the change page is a template of its own

    def get_queryset(self, request: HttpRequest) -> QuerySet[Call]:
        # The context is encrypted and shown nowhere here: it is not fetched.
        rows = super().get_queryset(request).select_related("answered_by", "rating")
        listed: QuerySet[Call] = rows.defer("context", "rating__comment")
        return listed

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        return ["subject_ref", "title", f"answered_by__{get_user_model().USERNAME_FIELD}"]

    # --- columns ---

    @admin.display(description=_("call"), ordering="uuid")
    def short(self, call: Call) -> str:
        return str(call)

    @admin.display(description=_("requested"), ordering="requested")
    def requested_at(self, call: Call) -> SafeString:
        at = timezone.localtime(call.requested)
        day, time = date_format(at, "SHORT_DATE_FORMAT"), date_format(at, "H:i:s")
        return format_html('{}<span class="rtc-quiet rtc-clip">{}</span>', day, time)

    @admin.display(description=_("state"), ordering="state")
    def state_words(self, call: Call) -> SafeString | str:
        return display.reason_label(call) if call.end_reason else display.state_label(call)

    @admin.display(description=_("queue, tier"), ordering="queue")
    def where(self, call: Call) -> SafeString:
        tier = display.label(words.tier(call.tier), "info" if call.tier == "vip" else "quiet") if call.tier else ""
        return format_html("{} {}", call.queue or display.EMPTY, tier)

    @admin.display(description=_("about"), ordering="subject_ref")
    def about(self, call: Call) -> SafeString:
        return format_html(
            '<span class="rtc-clip">{}</span><span class="rtc-quiet rtc-clip">{}</span>',
            call.title or display.EMPTY,
            " · ".join(part for part in (words.page_kind(call.page_kind), call.subject_ref) if part),
        )

    @admin.display(description=_("agent"), ordering="answered_by")
    def agent(self, call: Call) -> str:
        return display.user_name(call.answered_by)

    @admin.display(description=_("waited"))
    def waited(self, call: Call) -> str:
        until = call.answered or call.ended or clock.now()
        return display.clock_words(display.between(call.requested, until))

    @admin.display(description=_("talked"))
    def duration(self, call: Call) -> str:
        return display.clock_words(display.between(call.answered, call.ended or clock.now()))

    @admin.display(description=_("rating"), ordering="rating__score")
    def score(self, call: Call) -> SafeString | str:
        rating = getattr(call, "rating", None)
        if rating is None:
            return display.EMPTY
        tone = "bad" if rating.score <= filters.LOW_SCORE else "plain"
        return format_html('<span class="rtc-stars rtc-tone-{}">★ {}</span>', tone, rating.score)

    @admin.display(description=_("trouble"))
    def trouble(self, call: Call) -> SafeString | str:
        marks = [(mark.about(), mark.short) for mark in getattr(call, "troubles", ())]
        return (
            format_html_join(" ", '<span class="rtc-label rtc-tone-warn" title="{}">{}</span>', marks) or display.EMPTY
        )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return CallList

    # --- the page of one call ---

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("<path:object_id>/end/", view(self.end_view), name="rtc_service_call_end"),
            path("<path:object_id>/quality.csv", view(self.quality_csv), name="rtc_service_call_quality_csv"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {**WIDE, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        call = self._call(request, object_id)
        audit.record("call.viewed", user_id=request.user.pk, call=call.uuid)
        told = story.tell(request, call)
        context = {
            **self.admin_site.each_context(request),
            **told,
            **WIDE,
            "title": _("Call %(call)s") % {"call": call},
            "opts": self.opts,
            "media": CHARTS + self.media if told["quality"] else self.media,
            "may_end": call.is_open and self.has_change_permission(request, call),
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/rtc_service/call/story.html", context)

    def quality_csv(self, request: HttpRequest, object_id: str) -> HttpResponse:
        call = self._call(request, object_id)
        if not request.user.has_perm("rtc_service.view_qualitysample"):
            raise PermissionDenied
        audit.record("quality.exported", user_id=request.user.pk, call=call.uuid)
        return quality.as_csv(call, list(call.participants.order_by("pk")))

    def end_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """POST: end the call for both sides."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        call = self._call(request, object_id)
        if not self.has_change_permission(request, call):
            raise PermissionDenied
        if self._end(request, call):
            self.message_user(request, _("The call was ended."), messages.SUCCESS)
        else:
            self.message_user(request, _("The call had ended already."), messages.WARNING)
        return HttpResponseRedirect(
            reverse("admin:rtc_service_call_change", args=[call.pk], current_app=self.admin_site.name)
        )

    @admin.action(description=_("End the selected calls by force"), permissions=["change"])
    def force_end(self, request: HttpRequest, queryset: QuerySet[Call]) -> None:
        count = sum(self._end(request, call) for call in queryset)
        text = ngettext("%(count)d call was ended.", "%(count)d calls were ended.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS if count else messages.WARNING)

    def _call(self, request: HttpRequest, object_id: str) -> Call:
        """Raises PermissionDenied, Http404."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        call: Call | None = self.get_object(request, object_id)
        if call is None:
            raise Http404
        return call

    def _end(self, request: HttpRequest, call: Call) -> bool:
        done = calls.end(call, reason=EndReason.FORCED)
        if done:
            audit.record("call.forced", user_id=request.user.pk, call=call.uuid)
        return done
