"""The product beside the call, for the customer's window."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.http import require_safe

from ..adapters.errors import NotFound, ShopError
from ..adapters.values import Capability
from ..panels import render_product
from ..services import catalogue, shop, shoppers


@require_safe
def panel(request: HttpRequest) -> HttpResponse:
    """`GET ?subject=product:SKU-1&language=zh-hans` → HTML fragment; 404 without such a product, 503 without the shop.

    It shows what the shop's own page shows to the same visitor, so it needs no token, and pages of any origin may
    fetch it (then without cookies: a guest's view). Never cached, as price and stock are of this moment.
    """
    ref = catalogue.ref_of(request.GET.get("subject", "")[:200])
    with translation.override(_language(request)):
        return _shareable(_product(request, ref))


def _product(request: HttpRequest, ref: str) -> HttpResponse:
    if not ref or not shop.can(Capability.PRODUCTS):
        return HttpResponse(status=404)
    viewer = shoppers.of_user(getattr(request, "user", None), language=translation.get_language() or "")
    try:
        card = catalogue.product(ref, viewer=viewer)
    except NotFound:
        return HttpResponse(status=404)
    except ShopError:
        return HttpResponse(status=503, headers={"Retry-After": "5"})
    return HttpResponse(
        render_product(request, ref, card, absolute=lambda url: url and request.build_absolute_uri(url))
    )


def _language(request: HttpRequest) -> str:
    try:
        return translation.get_supported_language_variant(request.GET.get("language", "").lower())
    except LookupError:
        return translation.get_language_from_request(request)


def _shareable(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
