from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from .shop import find_cart


def shop(request: HttpRequest) -> dict[str, Any]:
    """What every page's header shows. Lazy: pages of others (admin) pay nothing."""

    def count() -> int:
        cart = find_cart(request)
        return sum(line.quantity for line in cart.lines.all()) if cart else 0

    return {"cart_count": SimpleLazyObject(count)}
