"""Products beside a call: which one a call is about, how it is read, and how a change reaches the screens."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, unquote

from rtc_service.models import Call
from rtc_service.registry import Follower
from rtc_service.services import topics
from rtc_service.states import OPEN, WITH_STAFF

from ..adapters.errors import NotFound, Unavailable
from ..adapters.values import Capability, ProductCard, Shopper
from . import shop, shoppers

SUBJECT = "product:"
TOPIC = "commerce.product:"
TOPIC_CHARACTERS = 200


def ref_of(subject: str) -> str:
    """The product that a call's subject names, or "" for another kind of subject."""
    return subject.removeprefix(SUBJECT) if subject.startswith(SUBJECT) else ""


def topic_of(ref: str) -> str:
    """The topic of a product; "" where its reference is too long for one. Quoted, as keys stand in attributes."""
    key = TOPIC + quote(ref, safe="")
    return key if ref and len(key) <= TOPIC_CHARACTERS else ""


def product(ref: str, *, viewer: Shopper) -> ProductCard:
    """The product as the shop has it at this moment: never cached. Raises ShopError."""
    return shop.ask(lambda adapter: adapter.get_product(ref, viewer=viewer))


def product_of(call: Call, *, viewer: Shopper) -> ProductCard | None:
    """The product that a call is about, None where there is none. Raises Unavailable."""
    ref = ref_of(call.subject_ref)
    if not ref or not shop.can(Capability.PRODUCTS):
        return None
    try:
        return product(ref, viewer=viewer)
    except NotFound:
        return None


def product_changed(ref: str) -> None:
    """For the shop to call in the transaction that changes a product: calls about it show it within a moment."""
    key = topic_of(ref)
    if key and Call.objects.filter(subject_ref=SUBJECT + ref, state__in=OPEN).exists():
        topics.bump(key)


def digest(card: ProductCard) -> str:
    """Equal for two readings that look alike."""
    return hashlib.sha256(repr(card).encode()).hexdigest()


def followed_by_call(call: Call) -> Iterable[str]:
    """The topics that a customer's socket follows."""
    key = topic_of(ref_of(call.subject_ref)) if call.state in OPEN else ""
    return (key,) if key else ()


def followed_by_staff(user_id: int) -> Iterable[str]:
    """The topics that a staff member's sockets follow: the product of the call that he is in."""
    call = Call.objects.filter(staff_id=user_id, state__in=WITH_STAFF).first()
    return followed_by_call(call) if call is not None else ()


def read(key: str, followers: list[Follower]) -> Mapping[Follower, dict[str, Any]]:
    """The topic's value for each follower: the product as the call's customer sees it.

    {"title", "price", "currency", "stock", "image", "url", "version"}; {"gone": true} when the shop has it no more.
    A shop that does not answer leaves the screens as they are.
    """
    ref = unquote(key.removeprefix(TOPIC))
    values: dict[Shopper, dict[str, Any] | None] = {}
    result: dict[Follower, dict[str, Any]] = {}
    for follower, viewer in _viewers(ref, followers).items():
        if viewer not in values:
            values[viewer] = _value(ref, viewer)
        value = values[viewer]
        if value is not None:
            result[follower] = value
    return result


def _viewers(ref: str, followers: list[Follower]) -> dict[Follower, Shopper]:
    """Whose prices each follower is shown. Guests all see the same, so that one reading serves them."""
    calls = Call.objects.filter(subject_ref=SUBJECT + ref, state__in=OPEN).select_related("visitor")
    by_call: dict[Any, Shopper] = {}
    for call in calls:
        viewer = shoppers.of_call(call)
        if viewer.is_guest:
            viewer = Shopper(language=viewer.language, storefront=viewer.storefront)
        by_call[call.uuid] = viewer
        if call.staff_id is not None:
            by_call[call.staff_id] = viewer
    return {
        follower: by_call.get(follower.call if follower.call is not None else follower.user_id, Shopper())
        for follower in followers
    }


def _value(ref: str, viewer: Shopper) -> dict[str, Any] | None:
    try:
        card = product(ref, viewer=viewer)
    except NotFound:
        return {"gone": True}
    except Unavailable:
        return None
    return {
        "title": card.title,
        "price": str(card.price.amount) if card.price else None,
        "currency": card.price.currency if card.price else "",
        "stock": card.stock,
        "image": card.image_url,
        "url": card.url,
        "version": digest(card)[:16],
    }
