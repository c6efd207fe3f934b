"""The demo shop as a visitor meets it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from demo.models import Cart, Order, Product
from demo.seed import seed

pytestmark = pytest.mark.django_db
PAGES = ("/", "/?category=kitchen", "/?q=tea", "/product/teapot/", "/cart/", "/login/", "/orders/")


@pytest.fixture(autouse=True)
def shop() -> None:
    seed()


@pytest.fixture
def alice_client() -> Client:
    client = Client()
    client.force_login(get_user_model()._default_manager.get(username="alice"))
    return client


def test_the_seed_may_run_again_and_keeps_what_visitors_did() -> None:
    Product.objects.filter(sku="SKU-1").update(stock=3)
    before = list(Order.objects.values_list("number", flat=True))
    seed()
    assert Product.objects.count() == 10
    assert Product.objects.get(sku="SKU-1").stock == 3
    assert list(Order.objects.values_list("number", flat=True)) == before
    assert get_user_model()._default_manager.count() == 7


def test_staff_have_the_groups_that_carry_their_rights() -> None:
    staff = get_user_model()._default_manager.filter(groups__isnull=False)
    groups = dict(staff.values_list("username", "groups__name"))
    agent = "rtc customer-service agent"
    assert groups == {"bob": agent, "beth": agent, "bo": agent, "dora": "rtc supervisor"}
    assert not get_user_model()._default_manager.filter(is_superuser=True).exists()


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_every_page_carries_the_call_and_nothing_inline(alice_client: Client, language: str) -> None:
    order = Order.objects.filter(user__username="alice").first()
    assert order is not None
    own = (order.get_absolute_url(), f"{order.get_absolute_url()}after-sales/")
    for path in (*PAGES, *own):
        response = alice_client.get(path, headers={"accept-language": language})
        html = response.content.decode()
        assert response.status_code == 200, path
        assert f'<html lang="{language}">' in html
        assert ("<rtc-call" in html) == (path != "/login/"), path
        assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=", html), path
        assert "default-src 'self'" in response.headers["Content-Security-Policy"]
        assert "unsafe" not in response.headers["Content-Security-Policy"]


def test_products_are_titled_in_the_visitors_language(client: Client) -> None:
    assert "茶壶" in client.get("/", headers={"accept-language": "zh-hans"}).content.decode()
    assert "茶壺" in client.get("/", headers={"accept-language": "zh-hant"}).content.decode()


def test_a_guests_cart_is_still_there_after_the_log_in(client: Client) -> None:
    client.post("/cart/set/", {"sku": "SKU-1"})
    client.post("/cart/set/", {"sku": "SKU-1"})
    client.post("/login/", {"username": "alice", "password": "demo-alice"})
    cart = Cart.objects.get(user__username="alice")
    assert [(line.product.sku, line.quantity) for line in cart.lines.all()] == [("SKU-1", 2)]
    assert Cart.objects.filter(user=None).count() == 0


def test_an_order_takes_the_stock_and_empties_the_cart(alice_client: Client) -> None:
    alice_client.post("/cart/set/", {"sku": "SKU-1", "quantity": "2"})
    response = alice_client.post("/checkout/", follow=True)
    order = Order.objects.filter(user__username="alice").latest("placed_at")
    assert order.number in response.content.decode()
    assert str(order.total) == "96.00"
    assert Product.objects.get(sku="SKU-1").stock == 12
    assert not Cart.objects.get(user__username="alice").lines.exists()


def test_what_is_sold_out_cannot_be_ordered_and_nothing_else_happens(alice_client: Client) -> None:
    alice_client.post("/cart/set/", {"sku": "SKU-1"})
    alice_client.post("/cart/set/", {"sku": "SKU-5", "quantity": "4"})
    orders = Order.objects.count()
    html = alice_client.post("/checkout/", follow=True).content.decode()
    assert "Lounge chair is sold out" in html
    assert Order.objects.count() == orders
    assert Product.objects.get(sku="SKU-1").stock == 14, "the teapot that was taken first is given back"


@pytest.mark.parametrize("tail", ["", "after-sales/"])
def test_nobody_sees_another_customers_order(alice_client: Client, tail: str) -> None:
    foreign = Order.objects.filter(user__username="amir").first()
    assert foreign is not None
    assert alice_client.get(foreign.get_absolute_url() + tail).status_code == 404


@pytest.mark.parametrize("path", ["/cart/set/", "/checkout/"])
def test_what_changes_something_is_never_a_link(client: Client, path: str) -> None:
    assert client.get(path).status_code == 405


def test_odd_input_is_refused_quietly(alice_client: Client) -> None:
    odd = {"sku": "SKU-1", "quantity": "²"}
    cases: list[tuple[dict[str, Any], int]] = [({"sku": "no-such"}, 404), ({}, 404), (odd, 302)]
    for body, status in cases:
        assert alice_client.post("/cart/set/", body).status_code == status, body
