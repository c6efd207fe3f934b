"""The shop beside the call: the product for both sides, the customer for staff, and what routing learns of him."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from commerce.templatetags.rtc_commerce_tags import rtc_money
from rtc_service import registry
from rtc_service.models import Call, Visitor
from rtc_service.testing import request_call

from .shops import MemoryShop, euros, teapot


@pytest.fixture
def render(rf: RequestFactory, bob: User) -> Callable[[str, Call], str]:
    def fragment(name: str, call: Call) -> str:
        request = rf.get("/")
        request.user = bob
        return str(registry.get().panels[name].render(request, call))

    return fragment


def get(client: Client, **query: str) -> Any:
    return client.get(reverse("rtc_commerce:product_panel"), query)


def test_staff_see_the_product_with_price_and_stock(answered: Call, render: Callable[[str, Call], str]):
    html = render("product", answered)
    assert "Teapot" in html
    assert "€\N{NO-BREAK SPACE}1,299.50" in html
    assert "3 in stock" in html
    assert "0.9 l" in html
    assert 'data-rtc-refresh-on="commerce.product:TEA-1"' in html


def test_a_call_without_product_has_an_empty_panel(alice: Visitor, render: Callable[[str, Call], str]):
    call, _leg = request_call(alice, subject="order:1")
    assert render("product", call) == ""


def test_a_silent_shop_is_said_so_and_is_looked_at_again(
    answered: Call, render: Callable[[str, Call], str], use_shop: Callable[[str], None]
):
    use_shop("BrokenShop")
    assert "does not answer" in render("product", answered)
    assert 'data-rtc-refresh-on="commerce.product:TEA-1"' in render("product", answered)
    assert "does not answer" in render("customer", answered)


def test_staff_see_the_customer_masked_with_orders_and_cart(answered: Call, render: Callable[[str, Call], str]):
    html = render("customer", answered)
    assert "A•••" in html
    assert "Liddell" not in html
    assert "vip" in html
    assert "10001" in html
    assert "The cart is empty." in html


def test_a_guest_is_a_guest(guest: Visitor, render: Callable[[str, Call], str]):
    call, _leg = request_call(guest)
    html = render("customer", call)
    assert "Guest" in html
    assert "Cart" not in html


def test_the_shop_tells_tier_and_name_of_a_logged_in_customer(alice: Visitor, guest: Visitor):
    call, _leg = request_call(alice, language="")
    assert (call.tier, call.language) == ("vip", "zh-hans")
    assert call.context["customer"]["name"] == "Alice Liddell"
    other, _leg = request_call(guest)
    assert (other.tier, other.context["customer"]) == ("", {})


def test_the_pages_language_is_stronger_than_the_shops(alice: Visitor):
    assert request_call(alice, language="en")[0].language == "en"


def test_a_broken_shop_does_not_stop_a_call(alice: Visitor, use_shop: Callable[[str], None]):
    use_shop("BrokenShop")
    assert request_call(alice)[0].state == "waiting"


@pytest.mark.django_db
def test_the_customers_window_gets_the_product_with_whole_addresses(client: Client):
    answer = get(client, subject="product:TEA-1", language="en")
    html = answer.content.decode()
    assert answer.status_code == 200
    assert 'src="http://testserver/tea.svg"' in html
    assert 'href="http://testserver/tea/"' in html
    assert answer["Cache-Control"] == "no-store"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "<script" not in html and "style=" not in html


@pytest.mark.django_db
def test_the_shop_is_asked_for_the_one_who_looks_in_the_wanted_language(client: Client, alice: Visitor):
    get(client, subject="product:TEA-1", language="zh-Hant")
    client.force_login(alice.user)
    get(client, subject="product:TEA-1", language="en")
    assert [(viewer.user_id, viewer.language) for viewer in MemoryShop.viewers] == [
        ("", "zh-hant"),
        (str(alice.user_id), "en"),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("subject", ["product:NO-1", "order:1", "", "product:"])
def test_what_is_no_product_is_not_found(client: Client, subject: str):
    assert get(client, subject=subject).status_code == 404


@pytest.mark.django_db
def test_a_shop_that_is_down_answers_503_and_posts_are_refused(client: Client, use_shop: Callable[[str], None]):
    use_shop("BrokenShop")
    assert get(client, subject="product:TEA-1").status_code == 503
    assert client.post(reverse("rtc_commerce:product_panel")).status_code == 405


@pytest.mark.django_db
def test_words_of_the_shop_are_escaped_and_its_addresses_are_of_the_web(client: Client):
    evil = replace(teapot(), title="<b>Tea</b>", url="javascript:alert(1)", image_url="data:text/html,x", stock=0)
    MemoryShop.products = {"TEA-1": evil}
    html = get(client, subject="product:TEA-1", language="en").content.decode()
    assert "&lt;b&gt;Tea" in html
    assert "javascript:" not in html and "data:text" not in html
    assert "Sold out" in html


def test_money_is_written_in_the_readers_language():
    assert rtc_money(euros("1299.5")) == "€\N{NO-BREAK SPACE}1,299.5"
    with translation.override("de"):
        assert rtc_money(euros("1299.50")) == "€\N{NO-BREAK SPACE}1.299,50"
    assert rtc_money(None) == ""
