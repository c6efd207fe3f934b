"""The one interface to a shop.

An adapter is a class without arguments, named by its dotted path in `RTC_SERVICE["commerce"]["ADAPTER"]`. Its methods
are synchronous; the callers put a time limit around them and may run them in another thread. They raise the errors of
`errors.py` and nothing else. Start from `null.NullShop`, which answers `Unsupported` to everything, and override what
the shop has; then run `commerce.testing.ShopAdapterContract` on it.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

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


@runtime_checkable
class ShopAdapter(Protocol):
    """What the call asks of a shop. A method whose capability is not named raises `Unsupported`."""

    def capabilities(self) -> frozenset[Capability]:
        """What this shop can do; cheap, asked often."""
        ...

    def get_product(self, ref: str, *, viewer: Shopper) -> ProductCard:
        """PRODUCTS. The product with its price of this moment. NotFound also for what the viewer may not see."""
        ...

    def search_products(self, query: str, *, limit: int, viewer: Shopper) -> tuple[ProductCard, ...]:
        """SEARCH. At most `limit` products, best first."""
        ...

    def customer_profile(self, customer: Shopper) -> CustomerProfile:
        """CUSTOMERS. Raises NotFound for a guest."""
        ...

    def get_cart(self, customer: Shopper) -> CartView:
        """CART. An empty cart is a CartView without lines; NotFound means that the server cannot reach it (guests)."""
        ...

    def list_orders(self, customer: Shopper, *, limit: int) -> tuple[OrderSummary, ...]:
        """ORDERS. The customer's own, newest first."""
        ...

    def get_order(self, ref: str, *, customer: Shopper) -> OrderView:
        """ORDERS, with DELIVERY and PAYMENT where named. Raises NotFound for another customer's order."""
        ...

    def quote(self, change: Change, *, customer: Shopper) -> Quote:
        """CART_CHANGES, VOUCHERS, ORDER_CHANGES or REFUNDS. What the change would do; changes nothing."""
        ...

    def apply(self, change: Change, *, customer: Shopper, idempotency_key: str, expected_version: str) -> Applied:
        """Do what the customer accepted, once per `idempotency_key`. The price is the shop's of this moment.

        Raises Rejected when the cart or order is no longer at `expected_version`, or the shop's rules say no.
        """
        ...
