"""The contract that hosts run on their adapter: what keeps it passes, and each way of breaking it is caught."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from unittest import TestCase

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from commerce.adapters.null import NullShop
from commerce.adapters.values import Applied, Capability, Change, ChangeKind, CustomerProfile, Money, Shopper
from commerce.testing import ShopAdapterContract
from demo.models import Order, Product
from demo.shop_adapter import DemoShop

from .shops import ALICE, CHARLIE, MemoryShop, teapot


class TestMemoryShop(ShopAdapterContract, TestCase):
    def setUp(self) -> None:
        MemoryShop.products = {"TEA-1": teapot()}
        self.shop = MemoryShop()
        self.product_ref, self.order_ref = "TEA-1", "10001"
        self.customer, self.stranger = ALICE, CHARLIE

    def cart_change(self) -> Change:
        return Change(ChangeKind.CART_ADD, "TEA-1", 2)


class TestNullShop(ShopAdapterContract, TestCase):
    def setUp(self) -> None:
        self.shop = NullShop()
        self.product_ref, self.customer, self.stranger = "", ALICE, CHARLIE


@pytest.mark.django_db
class TestDemoShop(ShopAdapterContract):
    @pytest.fixture(autouse=True)
    def rows(self, db: None) -> None:
        alice, charlie = (User.objects.create_user(name, email=f"{name}@shop.example") for name in ("alice", "charlie"))
        product = Product.objects.create(sku="TEA-1", title="Teapot", slug="tea", price="48.00", category="tea")
        self.product_ref = product.sku
        self.order_ref = Order.objects.create(user=alice, placed_at=timezone.now(), total="48.00").number
        self.customer, self.stranger = Shopper(user_id=str(alice.pk)), Shopper(user_id=str(charlie.pk))
        self.shop = DemoShop()


class FloatPrices(MemoryShop):
    def get_product(self, ref: str, *, viewer: Shopper) -> Any:
        return replace(super().get_product(ref, viewer=viewer), price=Money(9.99, "EUR"))  # type: ignore[arg-type]


class BareProfile(MemoryShop):
    def customer_profile(self, customer: Shopper) -> CustomerProfile:
        return replace(super().customer_profile(customer), phone_masked="+49 170 1234567")


class OpenOrders(MemoryShop):
    def get_order(self, ref: str, *, customer: Shopper) -> Any:
        return super().get_order(ref, customer=ALICE)


class DoneTwice(MemoryShop):
    def apply(self, change: Change, **rest: Any) -> Applied:
        self.done.clear()
        return super().apply(change, **rest | {"expected_version": self.get_cart(ALICE).version})


class Boaster(NullShop):
    def capabilities(self) -> frozenset[Capability]:
        return frozenset({Capability.PRODUCTS})


@pytest.mark.parametrize(
    ("broken", "caught_by"),
    [
        (FloatPrices, "test_a_product_has_its_reference_and_an_exact_price"),
        (BareProfile, "test_a_profile_is_masked_and_a_guest_has_none"),
        (OpenOrders, "test_anothers_order_is_not_found"),
        (DoneTwice, "test_a_change_that_is_sent_twice_is_done_once"),
        (DoneTwice, "test_a_change_on_an_old_version_is_rejected"),
        (Boaster, "test_a_product_has_its_reference_and_an_exact_price"),
    ],
)
def test_the_contract_catches(broken: type[NullShop], caught_by: str):
    suite = TestMemoryShop(caught_by)
    suite.setUp()
    suite.shop = broken()
    with pytest.raises(Exception):  # noqa: B017, PT011  an AssertionError or what the shop wrongly raises
        getattr(suite, caught_by)()
