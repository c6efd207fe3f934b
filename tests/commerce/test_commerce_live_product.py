"""What changes in the shop while a product is shown reaches the call: at once when told, else within seconds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from commerce.models import ShownProduct
from commerce.services import catalogue, watch
from rtc_service import registry
from rtc_service.models import Call, Topic, Visitor
from rtc_service.registry import Follower
from rtc_service.services import calls, topics, visitors
from rtc_service.testing import later, request_call

from .shops import MemoryShop, euros, teapot

KEY = "commerce.product:TEA-1"


def version(key: str = KEY) -> int:
    return topics.versions([key])[key]


def value_for(follower: Follower, key: str = KEY) -> dict | None:
    return registry.get().topics[catalogue.TOPIC].read(key, [follower]).get(follower)


def sell(**changes) -> None:
    MemoryShop.products = {"TEA-1": replace(teapot(), **changes)}


def test_both_sides_of_a_call_follow_its_product(answered: Call, bob: User):
    kind = registry.get().topics[catalogue.TOPIC]
    assert list(kind.for_call(answered)) == [KEY]
    assert list(kind.for_staff(bob.pk)) == [KEY]


def test_a_call_about_something_else_follows_nothing(alice: Visitor, bob: User):
    call, _leg = request_call(alice, subject="order:1")
    kind = registry.get().topics[catalogue.TOPIC]
    assert list(kind.for_call(call)) == list(kind.for_staff(bob.pk)) == []


def test_a_change_that_the_shop_tells_raises_the_version(call: Call):
    catalogue.product_changed("TEA-1")
    assert version() == 1


def test_a_change_that_is_rolled_back_is_not_told(call: Call):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        catalogue.product_changed("TEA-1")
        raise ZeroDivisionError
    assert version() == 0


def test_a_product_that_nobody_looks_at_costs_no_topic(call: Call):
    catalogue.product_changed("TEA-2")
    calls.end(call, reason="cancelled")
    catalogue.product_changed("TEA-1")
    assert not Topic.objects.filter(key__startswith=catalogue.TOPIC).exists()


def test_the_value_is_the_shops_of_this_moment(answered: Call, bob: User):
    before = value_for(Follower(call=answered.uuid))
    sell(price=euros("999.00"), stock=0)
    after = value_for(Follower(call=answered.uuid))
    assert before is not None and after is not None
    assert (before["price"], before["stock"]) == ("1299.50", 3)
    assert (after["price"], after["currency"], after["stock"]) == ("999.00", "EUR", 0)
    assert before["version"] != after["version"]
    assert value_for(Follower(user_id=bob.pk)) == after


def test_staff_see_the_customers_price_and_guests_are_read_once(answered: Call, bob: User, guest: Visitor):
    other, _leg = request_call(guest, subject="product:TEA-1", language="en")
    third, _leg = request_call(visitors.for_guest(), subject="product:TEA-1", language="en")
    MemoryShop.viewers.clear()
    followers = [
        Follower(call=answered.uuid),
        Follower(user_id=bob.pk),
        Follower(call=other.uuid),
        Follower(call=third.uuid),
    ]
    registry.get().topics[catalogue.TOPIC].read(KEY, followers)
    assert [viewer.user_id for viewer in MemoryShop.viewers] == [str(answered.visitor.user_id), ""]


def test_a_product_taken_out_of_the_shop_is_gone_and_a_silent_shop_says_nothing(call: Call, use_shop: Callable):
    MemoryShop.products = {}
    assert value_for(Follower(call=call.uuid)) == {"gone": True}
    use_shop("BrokenShop")
    assert value_for(Follower(call=call.uuid)) is None


def test_the_watch_notices_what_the_shop_does_not_tell(call: Call):
    watch.sweep()
    first = version()
    with later(11):
        assert watch.sweep() == 0
        assert version() == first
    sell(stock=2)
    with later(22):
        assert watch.sweep() == 1
    assert version() == first + 1


def test_the_watch_reads_a_product_no_more_often_than_it_should(call: Call):
    watch.sweep()
    MemoryShop.viewers.clear()
    watch.sweep()
    with later(9):
        watch.sweep()
    assert MemoryShop.viewers == []


def test_the_watch_reads_only_what_is_shown_and_forgets_the_rest(call: Call):
    watch.sweep()
    assert ShownProduct.objects.count() == 1
    calls.end(call, reason="cancelled")
    MemoryShop.viewers.clear()
    with later(11):
        watch.sweep()
    assert MemoryShop.viewers == []


def test_a_broken_shop_ends_the_run_and_harms_nobody(call: Call, use_shop: Callable):
    use_shop("BrokenShop")
    assert watch.sweep() == 0
    use_shop("MemoryShop")
    with later(11):
        assert watch.sweep() == 1


def test_odd_references_have_a_key_of_their_own():
    assert catalogue.topic_of("A B/ä") == "commerce.product:A%20B%2F%C3%A4"
    assert catalogue.topic_of("x" * 190) == ""
    assert catalogue.topic_of("") == ""
