"""The agent's own calls of the last 30 days."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from rtc_service.models import Participant
from rtc_service.states import EndReason

from .. import own_calls
from .access import user_id, workbench_required
from .workbench import shown_name

PAGE_SIZE = 25


class HistoryFilter(forms.Form):
    # A browser's date field knows this one form, whatever the page's language.
    day = forms.DateField(
        label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.ChoiceField(label=_("Ended"), required=False, choices=[("", _("All")), *EndReason.choices])

    def apply(self, user_id: Any) -> QuerySet[Participant]:
        """The user's legs that match; an invalid field filters nothing and shows its error."""
        day: date | None = self.cleaned_data.get("day")
        reason: str = self.cleaned_data.get("reason") or ""
        legs = own_calls.of_day(user_id, day) if day else own_calls.legs(user_id)
        return legs.filter(call__end_reason=reason) if reason else legs


@require_GET
@workbench_required
def history(request: HttpRequest) -> HttpResponse:
    """?day=YYYY-MM-DD &reason=<end reason> &page=n"""
    form = HistoryFilter(request.GET)
    form.is_valid()
    legs = form.apply(user_id(request)).select_related("call__visitor", "call__rating")
    page = Paginator(legs, PAGE_SIZE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context: dict[str, Any] = {
        "form": form,
        "page": page,
        "rows": own_calls.rows(list(page.object_list), request.user),
        "filtered": any(request.GET.get(name) for name in form.fields),
        "query": f"{query.urlencode()}&" if query else "",
        "shown_name": shown_name(request.user),
    }
    return render(request, "rtc_agents/history.html", context)
