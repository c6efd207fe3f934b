"""The ticket beside the call in the workbench, and what the customer is shown afterwards."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from rtc_service.languages import supported
from rtc_service.models import Call

from .forms import CommentForm, TicketForm
from .models import Ticket
from .services import opening
from .services.links import url_for
from .states import MOVES, State


def render_panel(request: HttpRequest, call: Call) -> SafeString:
    """The panel of a call: the ticket's form, which is there at once even where the duty has not run yet."""
    return render_ticket(request, opening.open_for_call(call))


def render_ticket(
    request: HttpRequest,
    ticket: Ticket,
    *,
    form: TicketForm | None = None,
    comment_form: CommentForm | None = None,
    notice: str = "",
) -> SafeString:
    """The fragment that the panel holds and that every save answers with. `notice` says why a move was refused."""
    context: dict[str, Any] = {
        "ticket": ticket,
        "form": form or TicketForm(instance=ticket, label_suffix=""),
        "comment_form": comment_form or CommentForm(initial={"client_id": uuid4()}, label_suffix=""),
        "comments": ticket.comments.select_related("author"),
        "moves": [State(state) for state in State.values if state in MOVES[ticket.state]],
        "url": url_for(ticket),
        "notice": notice,
    }
    return render_to_string("rtc_tickets/panel.html", context, request=request)


def after_call(call: Call, language: str) -> dict[str, Any] | None:
    """What the customer's end page says of the ticket."""
    ticket = opening.open_for_call(call)
    with translation.override(supported(language)):
        text = gettext("You can follow it on its own page.")
        if opening.let_down(call):
            text = gettext("We are sorry that nobody was free. Your request is noted and we will get back to you.")
        return {
            "title": gettext("Your ticket: %(number)s") % {"number": ticket.number},
            "text": text,
            "url": url_for(ticket),
        }
