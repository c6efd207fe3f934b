"""Machine clients of the REST API: make one (the key is shown once), look, revoke."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ..models import ApiClient
from ..services import api_clients
from . import display
from .base import OtpModelAdmin


class ApiClientForm(forms.ModelForm):
    """Of a new client; afterwards nothing of it changes but that it is revoked."""

    scopes = forms.MultipleChoiceField(label=_("scopes"), widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = ApiClient
        fields = ("name", "scopes", "user", "storefront", "rate", "expires")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "scopes" in self.fields:  # absent for those who may only view
            self.fields["scopes"].choices = [(scope, scope) for scope in api_clients.scopes()]  # type: ignore[attr-defined]


@admin.register(ApiClient)
class ApiClientAdmin(OtpModelAdmin):
    """Who is no superuser makes clients that act for themselves: nobody hands out more than they have."""

    form = ApiClientForm
    list_display = ("name", "prefix", "state_words", "scope_words", "user", "storefront", "expires", "last_used")
    list_select_related = ("user",)
    search_fields = ("name", "prefix")
    ordering = ("name", "pk")
    actions = ("revoke",)
    raw_id_fields = ("user",)
    readonly = ("name", "prefix", "state_words", "scope_words", "user", "storefront", "rate", "expires", "last_used")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None:
            return self.readonly
        own = ApiClientForm.Meta.fields
        return own if request.user.is_superuser else tuple(name for name in own if name != "user")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly if obj is not None else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Not on our pages (the audit names it); but the host may delete the user for whom a client acts.
        match = request.resolver_match
        ours = match is None or (match.url_name or "").startswith("rtc_service_apiclient_")
        return not ours and super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: ApiClient, form: Any, change: bool) -> None:
        if change:
            return
        given = form.cleaned_data
        made, key = api_clients.create(
            given["name"],
            given["scopes"],
            user=given.get("user") if request.user.is_superuser else request.user,
            storefront=given["storefront"],
            rate=given["rate"],
            expires=given["expires"],
            by_user=request.user.pk,
        )
        obj.pk, obj.prefix = made.pk, made.prefix
        request.rtc_new_key = key  # type: ignore[attr-defined]

    def response_add(self, request: HttpRequest, obj: ApiClient, post_url_continue: str | None = None) -> HttpResponse:
        """The key on a page of its own: a message would lie in a cookie or in the session."""
        key = request.rtc_new_key  # type: ignore[attr-defined]
        context = {**self.admin_site.each_context(request), "opts": self.opts, "client": obj, "key": key}
        context["title"] = _("The new client's key")
        response = TemplateResponse(request, "admin/rtc_service/apiclient/key.html", context)
        response["Cache-Control"] = "no-store"
        return response

    @admin.display(description=_("state"), ordering="revoked")
    def state_words(self, client: ApiClient) -> Any:
        return display.label(_("revoked"), "bad") if client.revoked else display.label(_("valid"), "good")

    @admin.display(description=_("scopes"))
    def scope_words(self, client: ApiClient) -> str:
        return ", ".join(client.scopes)

    @admin.action(description=_("Revoke"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiClient]) -> None:
        count = sum(api_clients.revoke(client, by_user=request.user.pk) for client in queryset)
        text = ngettext("%(count)d client is revoked.", "%(count)d clients are revoked.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS if count else messages.WARNING)
