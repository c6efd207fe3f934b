"""Shops for the tests: one that works, in memory, and ones that fail in the ways that shops do."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from commerce.adapters.errors import NotFound, Rejected
from commerce.adapters.null import NullShop
from commerce.adapters.values import (
    Applied,
    Capability,
    CartLine,
    CartView,
    Change,
    CustomerProfile,
    Money,
    OrderSummary,
    OrderView,
    ProductCard,
    Quote,
    Shopper,
)

ALICE = Shopper(user_id="1")
CHARLIE = Shopper(user_id="3")


def euros(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def teapot() -> ProductCard:
    return ProductCard(
        ref="TEA-1",
        sku="TEA-1",
        title="Teapot",
        price=euros("1299.50"),
        stock=3,
        url="/tea/",
        image_url="/tea.svg",
        parameters=(("Volume", "0.9 l"),),
    )


class MemoryShop(NullShop):
    """One product, one customer with one order, and a cart that can be changed."""

    products: dict[str, ProductCard] = {}
    viewers: list[Shopper] = []

    def __init__(self) -> None:
        self.quantity = 0
        self.done: dict[str, Applied] = {}

    def capabilities(self) -> frozenset[Capability]:
        return frozenset(
            {
                Capability.PRODUCTS,
                Capability.SEARCH,
                Capability.CUSTOMERS,
                Capability.CART,
                Capability.CART_CHANGES,
                Capability.ORDERS,
            }
        )

    def get_product(self, ref: str, *, viewer: Shopper) -> ProductCard:
        self.viewers.append(viewer)
        if ref not in self.products:
            raise NotFound(ref)
        return self.products[ref]

    def search_products(self, query: str, *, limit: int, viewer: Shopper) -> tuple[ProductCard, ...]:
        return tuple(self.products.values())[:limit]

    def customer_profile(self, customer: Shopper) -> CustomerProfile:
        self._known(customer)
        return CustomerProfile(name="Alice Liddell", tier="vip", language="zh-hans", phone_masked="•••78")

    def get_cart(self, customer: Shopper) -> CartView:
        self._known(customer)
        total = euros(str(self.quantity * 10))
        lines = (CartLine("1", "TEA-1", "Teapot", self.quantity, total),) if self.quantity else ()
        return CartView(lines, total, str(self.quantity))

    def list_orders(self, customer: Shopper, *, limit: int) -> tuple[OrderSummary, ...]:
        self._known(customer)
        return (self._order(),)[:limit]

    def get_order(self, ref: str, *, customer: Shopper) -> OrderView:
        if customer != ALICE or ref != "10001":
            raise NotFound(ref)
        return OrderView(self._order(), (), "1")

    def quote(self, change: Change, *, customer: Shopper) -> Quote:
        cart = self.get_cart(customer)
        return Quote(change, cart.total, euros(str((self.quantity + change.quantity) * 10)), cart.version)

    def apply(self, change: Change, *, customer: Shopper, idempotency_key: str, expected_version: str) -> Applied:
        if idempotency_key in self.done:
            return replace(self.done[idempotency_key], repeated=True)
        if expected_version != self.get_cart(customer).version:
            raise Rejected(code="version")
        before = self.get_cart(customer).total
        self.quantity += change.quantity
        after = self.get_cart(customer)
        self.done[idempotency_key] = Applied(idempotency_key, before, after.total, after.version)
        return self.done[idempotency_key]

    def _known(self, customer: Shopper) -> None:
        if customer.is_guest:
            raise NotFound("a guest")

    def _order(self) -> OrderSummary:
        return OrderSummary("10001", "10001", datetime(2026, 1, 2, tzinfo=UTC), "sent", euros("20"))


class SilentShop(MemoryShop):
    """Never answers until it is released."""

    released = threading.Event()

    def get_product(self, ref: str, *, viewer: Shopper) -> ProductCard:
        self.released.wait(10)
        raise NotFound(ref)


class BrokenShop(MemoryShop):
    """A fault in the host's code."""

    def get_product(self, ref: str, *, viewer: Shopper) -> ProductCard:
        raise ZeroDivisionError

    customer_profile = get_product  # type: ignore[assignment]
