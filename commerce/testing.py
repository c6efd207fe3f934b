"""What every adapter must keep: a mixin that hosts run on theirs.

    class TestOurShop(ShopAdapterContract, TestCase):
        def setUp(self):
            self.shop = OurShop()
            self.product_ref = "SKU-1"
            self.customer = Shopper(user_id=str(alice.pk))
            self.stranger = Shopper(user_id=str(charlie.pk))
            self.order_ref = "10001"          # alice's, where ORDERS is named
        def cart_change(self):                # where CART_CHANGES is named
            return Change(ChangeKind.CART_ADD, "SKU-1", 1)

What an adapter does not name as a capability is asserted to be `Unsupported`.
"""

# ruff: noqa: S101  (a test suite: asserting is its work)

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from uuid import uuid4

from .adapters.base import ShopAdapter
from .adapters.errors import NotFound, Rejected, Unsupported
from .adapters.values import Capability, Change, ChangeKind, Money, ProductCard, Shopper

GUEST = Shopper(guest="guest")
NOTHING = "no such reference"


class ShopAdapterContract:
    """Mix into a `unittest.TestCase` (or a pytest class with a fixture that sets the attributes)."""

    shop: ShopAdapter
    product_ref: str
    customer: Shopper
    stranger: Shopper
    order_ref: str = ""

    def cart_change(self) -> Change:
        """A change of the customer's cart that the shop allows now."""
        raise NotImplementedError

    def _has(self, capability: Capability, call: Any) -> bool:
        if capability in self.shop.capabilities():
            return True
        _raises(Unsupported, call)
        return False

    def test_it_is_an_adapter_that_names_known_capabilities(self) -> None:
        assert isinstance(self.shop, ShopAdapter)
        assert self.shop.capabilities() <= frozenset(Capability)

    def test_a_product_has_its_reference_and_an_exact_price(self) -> None:
        if self._has(Capability.PRODUCTS, lambda: self.shop.get_product("", viewer=GUEST)):
            card = self.shop.get_product(self.product_ref, viewer=GUEST)
            _check_card(card)
            assert card.ref == self.product_ref

    def test_two_readings_of_an_unchanged_product_are_equal(self) -> None:
        if self._has(Capability.PRODUCTS, lambda: self.shop.get_product("", viewer=GUEST)):
            first = self.shop.get_product(self.product_ref, viewer=GUEST)
            assert first == self.shop.get_product(self.product_ref, viewer=GUEST)

    def test_an_unknown_product_is_not_found(self) -> None:
        if self._has(Capability.PRODUCTS, lambda: self.shop.get_product("", viewer=GUEST)):
            _raises(NotFound, lambda: self.shop.get_product(NOTHING, viewer=GUEST))

    def test_a_search_keeps_its_limit(self) -> None:
        if self._has(Capability.SEARCH, lambda: self.shop.search_products("", limit=1, viewer=GUEST)):
            found = self.shop.search_products("a", limit=2, viewer=GUEST)
            assert isinstance(found, tuple)
            assert len(found) <= 2
            for card in found:
                _check_card(card)

    def test_a_profile_is_masked_and_a_guest_has_none(self) -> None:
        if self._has(Capability.CUSTOMERS, lambda: self.shop.customer_profile(GUEST)):
            profile = self.shop.customer_profile(self.customer)
            assert profile.name
            assert not re.search(r"\d{5}", profile.phone_masked), "the phone is not masked"
            assert "•" in profile.email_masked or "*" in profile.email_masked or not profile.email_masked
            _raises(NotFound, lambda: self.shop.customer_profile(GUEST))

    def test_a_cart_keeps_its_version_while_nothing_changes(self) -> None:
        if self._has(Capability.CART, lambda: self.shop.get_cart(GUEST)):
            cart = self.shop.get_cart(self.customer)
            for line in cart.lines:
                _check_money(line.total)
                assert line.quantity > 0
            assert cart.version == self.shop.get_cart(self.customer).version

    def test_orders_are_the_customers_own_newest_first(self) -> None:
        if self._has(Capability.ORDERS, lambda: self.shop.list_orders(GUEST, limit=1)):
            orders = self.shop.list_orders(self.customer, limit=5)
            dates = [order.placed_at for order in orders]
            assert dates == sorted(dates, reverse=True)
            assert all(moment.tzinfo is not None for moment in dates)
            assert len(self.shop.list_orders(self.customer, limit=1)) <= 1
            _raises(NotFound, lambda: self.shop.get_order(NOTHING, customer=self.customer))

    def test_anothers_order_is_not_found(self) -> None:
        if self._has(Capability.ORDERS, lambda: self.shop.get_order("", customer=GUEST)):
            assert self.order_ref, "name an order of the customer"
            order = self.shop.get_order(self.order_ref, customer=self.customer)
            _check_money(order.summary.total)
            _raises(NotFound, lambda: self.shop.get_order(self.order_ref, customer=self.stranger))
            _raises(NotFound, lambda: self.shop.get_order(self.order_ref, customer=GUEST))

    def test_a_quote_changes_nothing(self) -> None:
        if self._changes_carts():
            before = self.shop.get_cart(self.customer)
            quote = self.shop.quote(self.cart_change(), customer=self.customer)
            assert quote.version == before.version
            assert self.shop.get_cart(self.customer) == before

    def test_a_change_that_is_sent_twice_is_done_once(self) -> None:
        if self._changes_carts():
            change, key = self.cart_change(), str(uuid4())
            version = self.shop.quote(change, customer=self.customer).version
            first = self._apply(change, key, version)
            again = self._apply(change, key, version)
            assert (first.repeated, again.repeated) == (False, True)
            assert again.ref == first.ref
            assert self.shop.get_cart(self.customer).version == first.version

    def test_a_change_on_an_old_version_is_rejected(self) -> None:
        if self._changes_carts():
            change = self.cart_change()
            version = self.shop.quote(change, customer=self.customer).version
            self._apply(change, str(uuid4()), version)
            _raises(Rejected, lambda: self._apply(change, str(uuid4()), version))

    def _changes_carts(self) -> bool:
        change = Change(ChangeKind.CART_ADD, "")
        return self._has(Capability.CART_CHANGES, lambda: self.shop.quote(change, customer=GUEST))

    def _apply(self, change: Change, key: str, version: str) -> Any:
        return self.shop.apply(change, customer=self.customer, idempotency_key=key, expected_version=version)


def _check_card(card: ProductCard) -> None:
    assert isinstance(card, ProductCard)
    assert card.title
    if card.price is not None:
        _check_money(card.price)
    assert card.stock is None or card.stock >= 0


def _check_money(money: Money) -> None:
    assert isinstance(money.amount, Decimal), "money is Decimal, never float"
    assert re.fullmatch(r"[A-Z]{3}", money.currency), "the currency is an ISO 4217 code"


def _raises(error: type[Exception], call: Any) -> None:
    try:
        call()
    except error:
        return
    raise AssertionError(f"{error.__name__} was not raised")
