"""The customer's page of a ticket, opened by a signed link and by nothing else."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.views.decorators.http import require_safe

from rtc_service.languages import supported

from ..services.links import ticket_of
from ..states import PROGRESS


@require_safe
def page(request: HttpRequest, token: str) -> HttpResponse:
    """200 with the page in the customer's language; a forged, unknown or expired link: a plain 404, all alike."""
    ticket = ticket_of(token)
    if ticket is None:
        response = HttpResponse(render_to_string("rtc_tickets/gone.html", request=request), status=404)
        # Django would log the address, and with it a link that is perhaps only too old, or half of a good one.
        response._has_been_logged = True  # type: ignore[attr-defined]
        return _private(response)
    with translation.override(supported(ticket.language) if ticket.language else translation.get_language()):
        context = {
            "ticket": ticket,
            "steps": [(label, index) for index, (label, _states) in enumerate(PROGRESS)],
            "comments": ticket.comments.filter(public=True).select_related("author"),
        }
        return _private(HttpResponse(render_to_string("rtc_tickets/public.html", context, request=request)))


def _private(response: HttpResponse) -> HttpResponse:
    """The address is the key to the page: not to be indexed, kept, or told to the next site."""
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
