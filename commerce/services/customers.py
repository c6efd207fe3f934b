"""What the shop knows about a customer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from rtc_service.models import Call, Visitor
from rtc_service.signalling.protocol import CallRequest

from .. import conf
from ..adapters.base import ShopAdapter
from ..adapters.errors import NotFound, ShopError
from ..adapters.values import Capability, CartView, CustomerProfile, OrderSummary
from . import shop, shoppers

T = TypeVar("T")


@dataclass(frozen=True)
class Overview:
    """The customer at a glance. None means "not known"; `failed` that the shop did not answer."""

    guest: bool
    profile: CustomerProfile | None = None
    cart: CartView | None = None
    orders: tuple[OrderSummary, ...] | None = None
    failed: bool = False


def facts(visitor: Visitor, body: CallRequest) -> dict[str, Any]:
    """Context provider "customer": {"tier", "name", "language"} of a logged-in customer, nothing for a guest."""
    if visitor.user_id is None or not shop.can(Capability.CUSTOMERS):
        return {}
    shopper = shoppers.of_visitor(visitor, language=body.language, storefront=body.storefront)
    try:
        profile = shop.ask(lambda adapter: adapter.customer_profile(shopper))
    except ShopError:
        return {}
    return {"tier": profile.tier, "name": profile.name, "language": profile.language}


def overview(call: Call, *, language: str) -> Overview:
    """Who is in the call, read from the shop now. A question that fails ends the asking."""
    if call.visitor.user_id is None:
        return Overview(guest=True)
    shopper = shoppers.of_call(call, language=language)
    limit = conf.commerce().ORDERS_SHOWN
    try:
        return Overview(
            guest=False,
            profile=_known(Capability.CUSTOMERS, lambda adapter: adapter.customer_profile(shopper)),
            cart=_known(Capability.CART, lambda adapter: adapter.get_cart(shopper)),
            orders=_known(Capability.ORDERS, lambda adapter: adapter.list_orders(shopper, limit=limit)),
        )
    except ShopError:
        return Overview(guest=False, failed=True)


def _known(capability: Capability, question: Callable[[ShopAdapter], T]) -> T | None:
    if not shop.can(capability):
        return None
    try:
        return shop.ask(question)
    except NotFound:
        return None
