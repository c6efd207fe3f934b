"""Tickets in Django's admin: read, search, edit the free fields, move by actions. All writing goes through services."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from rtc_service import groups
from rtc_service.admin import display, sections, sentences
from rtc_service.admin.base import OtpModelAdmin, ReadOnlyModelAdmin
from rtc_service.models import Call, Event

from .exceptions import MoveRefused, TicketConflict
from .models import Comment, Ticket
from .services import links, writing
from .states import State


class TicketAdminForm(forms.ModelForm):
    """Carries the version that was read, so that two editors notice each other."""

    version = forms.IntegerField(label=_("version"), widget=forms.HiddenInput, required=False)

    class Meta:
        model = Ticket
        fields = ("subject", "priority", "assignee", "due_at", "problem", "handling", "result", "customer_note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "version" in self.fields:  # absent for those who may only view
            self.fields["version"].initial = self.instance.version

    def clean_version(self) -> int:
        version = self.cleaned_data["version"] or 0
        if not Ticket.objects.filter(pk=self.instance.pk, version=version).exists():
            raise ValidationError(_("Somebody else has changed this ticket meanwhile. Load the page again."))
        return int(version)


class CommentInline(admin.TabularInline):
    """What was written stays; a new line may be added."""

    model = Comment
    extra = 1
    fields = ("body", "public", "author", "created")
    readonly_fields = ("author", "created")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Comment]:
        return super().get_queryset(request).select_related("author")


@admin.register(Ticket)
class TicketAdmin(OtpModelAdmin):
    form = TicketAdminForm
    list_display = ("number", "subject", "state", "priority", "assignee", "due_at", "created", "call_link")
    list_filter = ("state", "priority", "kind", "language", "created")
    list_select_related = ("call", "assignee")
    search_fields = ("number", "subject")
    search_help_text = _("Number, subject, or the whole identifier of a call")
    date_hierarchy = "created"
    ordering = ("-created", "-id")
    list_per_page = 50
    show_full_result_count = False
    readonly_fields = ("number", "kind", "state", "call_link", "visitor", "language", "page_link", "created", "updated")
    fieldsets = (
        (None, {"fields": ("number", "state", "subject", "priority", "assignee", "due_at", "version")}),
        (_("Work"), {"fields": ("problem", "handling", "result")}),
        (_("Customer"), {"fields": ("customer_note", "visitor", "language", "page_link")}),
        (_("Origin"), {"fields": ("kind", "call_link", "created", "updated")}),
    )
    inlines = (CommentInline,)
    actions = ("move_open", "move_pending", "move_solved", "move_closed")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ticket]:
        # What is encrypted and not shown is not fetched.
        return (
            super()
            .get_queryset(request)
            .select_related("call", "visitor", "assignee")
            .defer("call__context", "visitor__name", "visitor__phone")
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Ticket], search_term: str
    ) -> tuple[QuerySet[Ticket], bool]:
        try:
            return queryset.filter(Q(call__uuid=UUID(search_term.strip())) | Q(uuid=UUID(search_term.strip()))), False
        except ValueError:
            return super().get_search_results(request, queryset, search_term)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "assignee":
            # A plain choice: supervisors may not browse the shop's accounts, which an autocomplete would ask for.
            staff = Q(groups__name__in=[groups.STAFF, groups.SUPERVISOR]) | Q(rtc_tickets_assigned__isnull=False)
            kwargs["queryset"] = get_user_model()._default_manager.filter(staff).distinct()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Ticket, form: Any, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in form.changed_data if name in writing.EDITABLE}
        if not values:
            return
        try:
            writing.save_fields(obj, by=request.user, version=form.cleaned_data["version"], **values)
        except TicketConflict:  # between the form's check and now
            self.message_user(request, _("Somebody else was faster; nothing was saved."), messages.ERROR)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for line in formset.save(commit=False):
            written = writing.comment(
                form.instance, line.body, by=request.user, public=line.public, client_id=line.client_id
            )
            line.pk = written.pk  # the admin's own log names it

    @admin.display(description=_("call"))
    def call_link(self, ticket: Ticket) -> SafeString | str:
        return display.call_link(ticket.call, self.admin_site.name)

    @admin.display(description=_("customer's page"))
    def page_link(self, ticket: Ticket) -> SafeString | str:
        url = links.url_for(ticket)
        if not url:
            return display.EMPTY
        return format_html('<a href="{}" rel="noreferrer" target="_blank">{}</a>', url, ticket.number)

    def _move(self, request: HttpRequest, queryset: QuerySet[Ticket], state: State) -> None:
        moved = refused = 0
        for ticket in queryset.select_related("call"):
            try:
                writing.move(ticket, state, by=request.user)
                moved += 1
            except MoveRefused:
                refused += 1
        if moved:
            text = ngettext("%(count)d ticket moved.", "%(count)d tickets moved.", moved)
            self.message_user(request, text % {"count": moved}, messages.SUCCESS)
        if refused:
            text = ngettext(
                "%(count)d ticket cannot go to that state.", "%(count)d tickets cannot go to that state.", refused
            )
            self.message_user(request, text % {"count": refused}, messages.WARNING)

    @admin.action(description=_("Take up again: open"), permissions=["change"])
    def move_open(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> None:
        self._move(request, queryset, State.OPEN)

    @admin.action(description=_("Wait: pending"), permissions=["change"])
    def move_pending(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> None:
        self._move(request, queryset, State.PENDING)

    @admin.action(description=_("Solved"), permissions=["change"])
    def move_solved(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> None:
        self._move(request, queryset, State.SOLVED)

    @admin.action(description=_("Close for good"), permissions=["change"])
    def move_closed(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> None:
        self._move(request, queryset, State.CLOSED)


@admin.register(Comment)
class CommentAdmin(ReadOnlyModelAdmin):
    """To look things up; lines are written on the ticket and never changed."""

    list_display = ("ticket", "author", "public", "created")
    list_filter = ("public", "created")
    list_select_related = ("ticket", "author")
    search_fields = ("ticket__number",)
    fields = ("ticket", "author", "public", "body", "created")


def call_section(request: HttpRequest, call: Call) -> SafeString | str:
    """The call's ticket on the call's page."""
    ticket = Ticket.objects.filter(call=call).first()
    if ticket is None or not request.user.has_perm("rtc_tickets.view_ticket"):
        return ""
    url = reverse("admin:rtc_tickets_ticket_change", args=[ticket.pk])
    return format_html(
        '<p><a href="{}">{}</a> {} · {}<br>{}</p>',
        url,
        ticket.number,
        ticket.get_state_display(),
        ticket.get_priority_display(),
        ticket.subject,
    )


def _opened(event: Event, people: sentences.People) -> str:
    return gettext("Ticket %(number)s opened") % {"number": event.data["number"]}


def _changed(event: Event, people: sentences.People) -> str:
    state = State(event.data["state"]).label if event.data["state"] in State.values else event.data["state"]
    return gettext("Ticket %(number)s changed: %(state)s") % {"number": event.data["number"], "state": state}


sections.register(sections.Section("ticket", _("Ticket"), call_section, order=30))
sentences.teach("tickets.opened", "ticket", _opened)
sentences.teach("tickets.changed", "ticket", _changed)
