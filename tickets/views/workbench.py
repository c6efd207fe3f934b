"""The agent's doors to a ticket. Each answers with the panel: 200, 409 (somebody else wrote), 422 (errors)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from ..exceptions import MoveRefused, TicketConflict
from ..forms import CommentForm, TicketForm
from ..models import Ticket
from ..panels import render_ticket
from ..permissions import may_edit
from ..services import writing
from ..states import State

Door = Callable[[HttpRequest, Ticket], HttpResponse]


def door(function: Door) -> Callable[[HttpRequest, UUID], HttpResponse]:
    """POST only, never cached, and only for those who may edit the ticket."""

    @wraps(function)
    def view(request: HttpRequest, ticket: UUID) -> HttpResponse:
        found = get_object_or_404(Ticket.objects.select_related("call"), uuid=ticket)
        if not may_edit(request.user, found):
            raise PermissionDenied
        return function(request, found)

    return never_cache(require_POST(view))


@door
def save(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    form = TicketForm(request.POST, instance=Ticket.objects.get(pk=ticket.pk), label_suffix="")
    if not form.is_valid():
        return _answer(request, ticket, status=422, form=form)
    try:
        writing.save_fields(ticket, by=request.user, version=form.cleaned_data["version"], **form.changed_values())
    except TicketConflict:
        notice = gettext("Somebody else has changed this ticket meanwhile.")
        return _answer(request, ticket, status=409, notice=notice)
    return _answer(request, ticket)


@door
def move(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    state = request.POST.get("state", "")
    try:
        writing.move(ticket, State(state), by=request.user)
    except ValueError:
        return _answer(request, ticket, status=422, notice=gettext("There is no such state."))
    except MoveRefused:
        return _answer(request, ticket, status=409, notice=gettext("The ticket cannot go to that state any more."))
    return _answer(request, ticket)


@door
def comment(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    form = CommentForm(request.POST, label_suffix="")
    if not form.is_valid():
        return _answer(request, ticket, status=422, comment_form=form)
    writing.comment(ticket, by=request.user, **form.cleaned_data)
    return _answer(request, ticket)


def _answer(
    request: HttpRequest,
    ticket: Ticket,
    *,
    status: int = 200,
    form: TicketForm | None = None,
    comment_form: CommentForm | None = None,
    notice: str = "",
) -> HttpResponse:
    fragment = render_ticket(request, ticket, form=form, comment_form=comment_form, notice=notice)
    return HttpResponse(fragment, status=status)
