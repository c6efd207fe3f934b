"""What every admin page of the suite shares: the second factor, an audit line per change, and reading only."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.text import capfirst

from ..access import needs_second_factor, second_factor_page
from ..requests import address_of
from ..services import audit
from . import changes, display

View = Callable[..., HttpResponse]


class OtpModelAdmin(admin.ModelAdmin):
    """Base of every ModelAdmin of the suite.

    All its pages, those that a subclass adds in `get_urls` too, ask for the second factor when
    RTC_SERVICE["core"]["ADMIN_REQUIRES_OTP"] is on. The host's admin site stays as it is.
    """

    # Fields that look private (`changes.is_private`) and whose values the audit may keep all the same.
    audit_shown: tuple[str, ...] = ()

    class Media:
        css = {"all": ("rtc_service/css/admin.css",)}

    @property
    def urls(self) -> list[URLPattern]:
        patterns: list[URLPattern] = self.get_urls()
        for pattern in patterns:
            pattern.callback = self._guarded(pattern.callback)
        return patterns

    def _guarded(self, view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            # Who may not enter at all is sent to the log-in by the admin site itself.
            if self.admin_site.has_permission(request) and needs_second_factor(request):
                return second_factor_page(request)
            if request.user.pk is None:
                return view(request, *args, **kwargs)
            with audit.acting(request.user.pk, address_of(request)):
                return view(request, *args, **kwargs)

        return guarded

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        # The site's own views (autocomplete) come here without passing our URLs.
        if needs_second_factor(request):
            raise PermissionDenied("a second factor is required")
        return super().get_queryset(request)

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        # Django asks for this just before it logs; only here form and formsets are at hand.
        given: dict[str, Any] = {"fields": changes.of_form(form, self.audit_shown)}
        if rows := changes.of_formsets(formsets or (), self.audit_shown):
            given["rows"] = rows
        request._rtc_changes = given  # type: ignore[attr-defined]
        return super().construct_change_message(request, form, formsets, add)

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        self._audit(request, "admin.added", obj, **getattr(request, "_rtc_changes", {}))
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        self._audit(request, "admin.changed", obj, **getattr(request, "_rtc_changes", {}))
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        for obj in queryset:
            self._audit(request, "admin.deleted", obj, fields=changes.of_object(obj, self.audit_shown))
        return super().log_deletions(request, queryset)

    def _audit(self, request: HttpRequest, action: str, obj: Model, **data: Any) -> None:
        """`fields` {name: [before, after]}, private ones masked; `rows` likewise for inlines."""
        address, target = address_of(request), f"{obj._meta.label_lower}:{obj.pk}"
        audit.record(action, user_id=request.user.pk, address=address, target=target, **data)


class ReadOnlyModelAdmin(OtpModelAdmin):
    """To look things up. Nothing is added, changed or deleted here, whatever permissions somebody has.

    Actions are still possible: they ask for the change permission by `permissions=["change"]`.
    """

    list_per_page = 50
    show_full_result_count = False  # a second count of the whole table for one line of text
    search_uuid = ""  # the field whose beginning may be typed into the search; empty: none

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        title = capfirst(str(self.opts.verbose_name_plural))  # not "Select … to change"
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        prefix = display.uuid_prefix(search_term, self.search_uuid) if self.search_uuid else None
        if prefix is not None and (found := queryset.filter(prefix)).exists():
            return found, False
        return super().get_search_results(request, queryset, search_term)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields or ()

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Not on our pages. But the host may delete a user, and what goes with it must not forbid that.
        match = request.resolver_match
        ours = match is None or (match.url_name or "").startswith(f"{self.opts.app_label}_{self.opts.model_name}_")
        return not ours and super().has_delete_permission(request, obj)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method == "POST":
            raise PermissionDenied("this page only shows")
        hidden = {"show_save": False, "show_save_and_continue": False, "show_save_and_add_another": False}
        return super().change_view(request, object_id, form_url, {**hidden, **(extra_context or {})})
