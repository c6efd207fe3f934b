"""What agents add to a call's page in the admin: who was rung, and the wrap-up. Imported by `admin.py` only."""

from __future__ import annotations

from django.db.models import Model
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rtc_service.admin import display, sections, sentences
from rtc_service.models import Call, Event

from .models import Offer, OfferState, WrapUp, WrapUpCode

OFFER_TONES = {
    OfferState.OPEN: "info",
    OfferState.ACCEPTED: "good",
    OfferState.DECLINED: "warn",
    OfferState.MISSED: "bad",
    OfferState.WITHDRAWN: "quiet",
}


def offers_of_call(request: HttpRequest, call: Call) -> SafeString | str:
    """The card on the call's page: who was rung, and what they said afterwards."""
    offers = call.rtc_agents_offers.select_related("user").order_by("number") if _may(request, Offer) else []
    wrap_ups = call.rtc_agents_wrap_ups.select_related("user", "code") if _may(request, WrapUp) else []
    rows = [
        {
            "number": offer.number,
            "who": display.user_name(offer.user),
            "state": display.label(offer.get_state_display(), OFFER_TONES.get(OfferState(offer.state), "quiet")),
            "rang": display.clock_words(display.between(offer.created, offer.settled)),
        }
        for offer in offers
    ]
    words = [{"who": display.user_name(item.user), "code": item.code, "note": item.note} for item in wrap_ups]
    if not rows and not words:
        return ""
    return render_to_string("admin/rtc_agents/call_card.html", {"offers": rows, "wrap_ups": words}, request)


def _may(request: HttpRequest, model: type[Model]) -> bool:
    return bool(request.user.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}"))


def _wrapped_up(event: Event, people: sentences.People) -> str:
    code = event.data.get("code", "")
    row = WrapUpCode.objects.filter(code=code).first() if code else None
    return _("The agent's wrap-up: %(code)s") % {"code": row or code or display.EMPTY}


sections.register(sections.Section("agents", gettext_lazy("Offers and wrap-up"), offers_of_call, order=20))
sentences.teach("agents.wrapped_up", "note", _wrapped_up)
