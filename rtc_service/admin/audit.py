"""The audit: who did, saw or tried what, what it is sealed by, and its export."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.core.handlers.asgi import ASGIRequest
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseNotAllowed, StreamingHttpResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from ..models import AuditEntry, AuditSeal
from ..requests import address_of
from ..services import audit, verdicts
from ..services.exporting import FORMATS, Export
from . import display, filters
from .base import ReadOnlyModelAdmin

OWN = ("format", "bom")  # the export's own parameters; the others are the list's filters


class UserFilter(admin.SimpleListFilter):
    """The users among the newest entries."""

    title = _("who")
    parameter_name = "user"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        newest = AuditEntry.objects.order_by("-pk").values_list("user", flat=True)[: filters.RECENT]
        users = get_user_model()._default_manager.filter(pk__in=set(newest) - {None})
        return sorted(((str(user.pk), display.user_name(user)) for user in users), key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        return queryset.filter(actor=f"u:{self.value()}") if self.value() else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyModelAdmin):
    change_list_template = "admin/rtc_service/audit/change_list.html"
    list_display = ("at", "action", "who", "where", "call_link", "target", "seal")
    list_filter = (filters.ActionFilter, UserFilter, "at")
    list_select_related = ("user", "seal")
    date_hierarchy = "at"
    ordering = ("-at", "-pk")
    search_fields = ("action", "actor", "target")
    search_uuid = "call"
    search_help_text = _("Action, actor, target, or the whole identifier of a call")
    fields = ("at", "action", "who", "actor", "where", "call_link", "target", "details", "sealed_by")

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        # Whoever may not read addresses does not find them out by filtering either.
        if lookup.partition("__")[0] == "address":
            return bool(request.user.has_perm("rtc_service.view_address"))
        return bool(super().lookup_allowed(lookup, value, request))

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        return self._without_address(request, self.list_display)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self._without_address(request, self.fields)

    def _without_address(self, request: HttpRequest, names: tuple[str, ...]) -> tuple[str, ...]:
        may = request.user.has_perm("rtc_service.view_address")
        return names if may else tuple(name for name in names if name != "where")

    @admin.display(description=_("who"), ordering="actor")
    def who(self, entry: AuditEntry) -> str:
        return display.user_name(entry.user) if entry.user else entry.actor or display.EMPTY

    @admin.display(description=_("address"))
    def where(self, entry: AuditEntry) -> str:
        return entry.address or display.EMPTY

    @admin.display(description=_("call"), ordering="call")
    def call_link(self, entry: AuditEntry) -> SafeString | str:
        if entry.call is None:
            return display.EMPTY
        # By search instead of a join: an entry outlives its call.
        url = reverse("admin:rtc_service_call_changelist", current_app=self.admin_site.name)
        return format_html('<a href="{}?q={}">{}</a>', url, entry.call, str(entry.call)[:8])

    @admin.display(description=_("details"))
    def details(self, entry: AuditEntry) -> SafeString | str:
        return display.pairs(entry.data) if entry.data else display.EMPTY

    @admin.display(description=_("seal"))
    def sealed_by(self, entry: AuditEntry) -> Any:
        if entry.seal is None:
            return _("not sealed yet")
        return format_html("{} · {}<br><code>{}</code>", entry.seal.number, entry.place, entry.digest)

    # --- the list and its export ---

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.export_view)
        return [path("export/", view, name="rtc_service_auditentry_export"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        newest = AuditSeal.objects.order_by("-number").values_list("number", flat=True).first() or 0
        context = {"seals": newest, "verified": verdicts.verified_up_to(), "may_export": may_export(request)}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def export_view(self, request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        """GET ?format=csv|jsonl[&bom=1], with the filters of the list."""
        if request.method != "GET":
            return HttpResponseNotAllowed(["GET"])
        if not (self.has_view_permission(request) and may_export(request)):
            raise PermissionDenied
        kind, bom = request.GET.get("format", "csv"), request.GET.get("bom") == "1"
        if kind not in FORMATS:
            return HttpResponseBadRequest("format is csv or jsonl")
        given: Any = request.GET.copy()
        for name in OWN:
            given.pop(name, None)
        request.GET = given
        entries = self.get_changelist_instance(request).get_queryset(request)
        audit.record("audit.exported", user_id=request.user.pk, address=address_of(request), format=kind,
                     filters={name: given.getlist(name) for name in given})  # fmt: skip
        export = Export(entries, kind=kind, bom=bom, addresses=request.user.has_perm("rtc_service.view_address"))
        # Under ASGI a plain iterator would be read to its end before the first byte goes out.
        pieces = aiter(export) if isinstance(request, ASGIRequest) else iter(export)
        response = StreamingHttpResponse(pieces, content_type=FORMATS[kind])
        response["Content-Disposition"] = f'attachment; filename="audit.{kind}"'
        response["Cache-Control"] = "no-store"
        return response


def may_export(request: HttpRequest) -> bool:
    return bool(request.user.has_perm("rtc_service.export_audit"))


@admin.register(AuditSeal)
class AuditSealAdmin(ReadOnlyModelAdmin):
    list_display = ("number", "sealed", "count", "digest", "pruned")
    list_filter = ("sealed",)
    ordering = ("-number",)
    fields = ("number", "sealed", "count", "digest", "pruned")
