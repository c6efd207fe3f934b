"""Words for the plain strings that a call carries, and for durations. The strings are the host's to choose: an unknown
one is shown as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

PAGE_KINDS: dict[str, _StrPromise] = {
    "product": _("Product page"),
    "order": _("Order page"),
    "cart": _("Cart page"),
    "after_sales": _("After-sales page"),
    "home": _("Home page"),
    "list": _("Product list"),
    "account": _("Account page"),
}
TIERS: dict[str, _StrPromise] = {
    "vip": _("VIP"),
    "gold": pgettext_lazy("customer tier", "Gold"),
    "silver": pgettext_lazy("customer tier", "Silver"),
    "standard": pgettext_lazy("customer tier", "Standard"),
}
MEDIA: dict[str, _StrPromise] = {
    "video": _("Video"),
    "audio": _("Audio"),
    "text": pgettext_lazy("kind of call", "Text"),
}


def said(words: Mapping[str, _StrPromise], code: str) -> str:
    """`said(TIERS, "vip")` → "VIP" in the active language."""
    return str(words.get(code, code))


def clock(seconds: float) -> str:
    """Seconds as m:ss, from an hour on as h:mm:ss."""
    minutes, rest = divmod(max(0, int(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def page_kind(code: str) -> str:
    return said(PAGE_KINDS, code)


def tier(code: str) -> str:
    return said(TIERS, code)


def media(code: str) -> str:
    return said(MEDIA, code)
