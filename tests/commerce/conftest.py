"""alice is a customer of the shop, a guest is not; bob serves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User

from commerce.services import shop as services_shop
from rtc_service.models import Call, Visitor
from rtc_service.services import calls, visitors
from rtc_service.testing import request_call

from .shops import MemoryShop, teapot


@pytest.fixture
def use_shop(settings: Any) -> Callable[[str], None]:
    """Make the settings name a class of `shops.py`."""

    def use(name: str, **section: Any) -> None:
        section["ADAPTER"] = f"tests.commerce.shops.{name}" if name else ""
        settings.RTC_SERVICE = settings.RTC_SERVICE | {"commerce": section}

    return use


@pytest.fixture(autouse=True)
def memory_shop(use_shop: Callable[[str], None]) -> Iterator[type[MemoryShop]]:
    """A fresh shop that sells a teapot."""
    MemoryShop.products = {"TEA-1": teapot()}
    MemoryShop.viewers = []
    services_shop._load.cache_clear()
    use_shop("MemoryShop")
    yield MemoryShop
    services_shop._load.cache_clear()


@pytest.fixture
def alice(db: None) -> Visitor:
    return visitors.for_user(User.objects.create_user("alice", password="alice").pk, name="Alice Liddell")


@pytest.fixture
def guest(db: None) -> Visitor:
    return visitors.for_guest()


@pytest.fixture
def bob(db: None) -> User:
    return User.objects.create_user("bob", password="bob")


@pytest.fixture
def call(alice: Visitor) -> Call:
    """Alice calls about the teapot."""
    return request_call(alice, subject="product:TEA-1", language="en")[0]


@pytest.fixture
def answered(call: Call, bob: User) -> Call:
    calls.ring(call, number=1, seconds=20)
    calls.answer(call, user_id=bob.pk, name="Bob", version=call.version)
    call.refresh_from_db()
    return call
