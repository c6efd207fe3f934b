"""A shop that has nothing: the default, and what adapters start from."""

from __future__ import annotations

from .errors import Unsupported
from .values import (
    Applied,
    Capability,
    CartView,
    Change,
    CustomerProfile,
    OrderSummary,
    OrderView,
    ProductCard,
    Quote,
    Shopper,
)


class NullShop:
    """Names no capability and answers `Unsupported` to every question."""

    def capabilities(self) -> frozenset[Capability]:
        return frozenset()

    def get_product(self, ref: str, *, viewer: Shopper) -> ProductCard:
        raise Unsupported("get_product")

    def search_products(self, query: str, *, limit: int, viewer: Shopper) -> tuple[ProductCard, ...]:
        raise Unsupported("search_products")

    def customer_profile(self, customer: Shopper) -> CustomerProfile:
        raise Unsupported("customer_profile")

    def get_cart(self, customer: Shopper) -> CartView:
        raise Unsupported("get_cart")

    def list_orders(self, customer: Shopper, *, limit: int) -> tuple[OrderSummary, ...]:
        raise Unsupported("list_orders")

    def get_order(self, ref: str, *, customer: Shopper) -> OrderView:
        raise Unsupported("get_order")

    def quote(self, change: Change, *, customer: Shopper) -> Quote:
        raise Unsupported("quote")

    def apply(self, change: Change, *, customer: Shopper, idempotency_key: str, expected_version: str) -> Applied:
        raise Unsupported("apply")
