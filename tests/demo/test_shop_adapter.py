"""The demo shop's adapter keeps the contract that every shop's adapter must keep."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.test import TestCase

from commerce.adapters.values import Shopper
from commerce.testing import ShopAdapterContract
from demo.models import Order
from demo.seed import seed
from demo.shop_adapter import DemoShop


class TestDemoShop(ShopAdapterContract, TestCase):
    def setUp(self) -> None:
        seed()
        users = get_user_model()._default_manager
        self.shop = DemoShop()
        self.product_ref = "SKU-1"
        self.customer = Shopper(user_id=str(users.get(username="alice").pk))
        self.stranger = Shopper(user_id=str(users.get(username="amir").pk))
        self.order_ref = Order.objects.filter(user__username="alice")[0].number

    def test_titles_and_states_are_in_the_shoppers_language(self) -> None:
        viewer = Shopper(user_id=self.customer.user_id, language="zh-hans")
        self.assertEqual(self.shop.get_product("SKU-1", viewer=viewer).title, "茶壶")
        self.assertEqual(self.shop.list_orders(viewer, limit=1)[0].status, "运输中")

    def test_phone_and_mail_are_masked(self) -> None:
        profile = self.shop.customer_profile(self.customer)
        self.assertEqual(profile.phone_masked, "•••01")
        self.assertEqual(profile.email_masked, "a•••@shop.example")
