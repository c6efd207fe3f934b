"""Asking the shop: within a time limit, and whatever happens in it is a ShopError."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

import pytest
from django.core.checks import run_checks
from django.utils import translation

from commerce import conf
from commerce.adapters.errors import NotFound, Unavailable, Unsupported
from commerce.adapters.values import Capability, Shopper
from commerce.services import catalogue, shop

from .shops import SilentShop

UseShop = Callable[..., None]


@pytest.mark.django_db
def test_without_a_setting_there_is_a_shop_that_has_nothing(use_shop: UseShop):
    use_shop("")
    assert shop.adapter().capabilities() == frozenset()
    with pytest.raises(Unsupported):
        catalogue.product("TEA-1", viewer=Shopper())


@pytest.mark.django_db
def test_the_adapter_is_the_one_that_the_settings_name_now(use_shop: UseShop):
    assert shop.can(Capability.CART_CHANGES)
    use_shop("")
    assert not shop.can(Capability.CART_CHANGES)
    use_shop("MemoryShop")
    assert catalogue.product("TEA-1", viewer=Shopper()).title == "Teapot"


@pytest.mark.django_db(transaction=True)
def test_a_shop_that_does_not_answer_costs_no_more_than_the_time_limit(use_shop: UseShop):
    use_shop("SilentShop", READ_SECONDS=0.1)
    SilentShop.released.clear()
    started = monotonic()
    try:
        with pytest.raises(Unavailable):
            catalogue.product("TEA-1", viewer=Shopper())
        assert monotonic() - started < 2
    finally:
        SilentShop.released.set()


@pytest.mark.django_db(transaction=True)
def test_a_fault_in_the_adapter_is_a_shop_that_is_not_available(use_shop: UseShop, caplog: pytest.LogCaptureFixture):
    use_shop("BrokenShop")
    with pytest.raises(Unavailable):
        catalogue.product("TEA-1", viewer=Shopper())
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_what_the_shop_says_itself_is_passed_on():
    with pytest.raises(NotFound):
        catalogue.product("NO-1", viewer=Shopper())


@pytest.mark.django_db(transaction=True)
def test_the_shop_is_asked_in_the_askers_language():
    with translation.override("zh-hant"):
        assert shop.ask(lambda adapter: translation.get_language()) == "zh-hant"


@pytest.mark.django_db
def test_inside_a_transaction_the_shop_sees_the_askers_rows(alice):
    assert shop.ask(lambda adapter: type(alice).objects.filter(pk=alice.pk).exists())


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("tests.commerce.shops.MemoryShop", []),
        ("", []),
        ("no.such.Shop", ["rtc_commerce.E001"]),
        ("decimal.Decimal", ["rtc_commerce.E002"]),
    ],
)
def test_a_wrong_adapter_is_told_by_a_check(settings, path: str, found: list[str]):
    settings.RTC_SERVICE = settings.RTC_SERVICE | {"commerce": {"ADAPTER": path}}
    assert [message.id for message in run_checks() if message.id.startswith("rtc_commerce")] == found


def test_the_time_limit_is_read_at_access(use_shop: UseShop):
    assert conf.commerce().READ_SECONDS == 0.3
    use_shop("", READ_SECONDS=1.5)
    assert conf.commerce().READ_SECONDS == 1.5
