"""For whom the shop is asked."""

from __future__ import annotations

from typing import Any

from rtc_service.models import Call, Visitor

from ..adapters.values import Shopper


def of_visitor(visitor: Visitor, *, language: str = "", storefront: str = "") -> Shopper:
    """The customer as the shop knows him: his account, or a guest's key."""
    if visitor.user_id is not None:
        return Shopper(user_id=str(visitor.user_id), language=language, storefront=storefront)
    return Shopper(guest=visitor.guest_key or "", language=language, storefront=storefront)


def of_call(call: Call, *, language: str | None = None) -> Shopper:
    """The call's customer, reading in his language or, for staff, in theirs."""
    return of_visitor(
        call.visitor, language=call.language if language is None else language, storefront=call.storefront
    )


def of_user(user: Any, *, language: str = "") -> Shopper:
    """Who looks at a page of the shop; None where the host has no log-in."""
    return Shopper(user_id=str(user.pk) if user is not None and user.is_authenticated else "", language=language)
