"""The shop beside the call: the product (for both sides) and the customer (for staff)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from rtc_service import languages, words
from rtc_service.crypto import mask_name
from rtc_service.models import Call

from .adapters.errors import ShopError
from .adapters.values import ProductCard
from .services import catalogue, customers, shoppers


def product_panel(request: HttpRequest, call: Call) -> SafeString:
    """For staff: the product as the customer is offered it, in the staff member's language; "" without a product."""
    ref = catalogue.ref_of(call.subject_ref)
    try:
        card = catalogue.product_of(call, viewer=shoppers.of_call(call, language=get_language() or ""))
    except ShopError:
        return render_to_string("rtc_commerce/unavailable.html", {"topic": catalogue.topic_of(ref)}, request=request)
    return render_product(request, ref, card) if card is not None else SafeString("")


def render_product(
    request: HttpRequest, ref: str, card: ProductCard, *, absolute: Callable[[str], str] = lambda url: url
) -> SafeString:
    """The fragment. `data-rtc-refresh-on` names the topic after which a screen fetches it again."""
    context: dict[str, Any] = {
        "product": card,
        "topic": catalogue.topic_of(ref),
        "url": absolute(_web(card.url)),
        "image_url": absolute(_web(card.image_url)),
    }
    return render_to_string("rtc_commerce/product.html", context, request=request)


def customer_panel(request: HttpRequest, call: Call) -> SafeString:
    """Who is calling, masked; orders and cart as the shop has them now."""
    overview = customers.overview(call, language=get_language() or "")
    name = overview.profile.name if overview.profile else call.visitor.name
    tier = overview.profile.tier if overview.profile else call.tier
    context = {
        "overview": overview,
        "name": mask_name(name),
        "tier": tier,
        "tier_words": words.tier(tier),
        "language": languages.name_of(call.language),
        "page": words.page_kind(call.page_kind),
    }
    return render_to_string("rtc_commerce/customer.html", context, request=request)


def _web(url: str) -> str:
    """Only addresses of the web: a shop's data must not bring a script into the workbench."""
    return url if url.startswith(("/", "https://", "http://")) else ""
