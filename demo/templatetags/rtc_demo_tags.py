from __future__ import annotations

from decimal import Decimal

from django import template
from django.utils.formats import number_format

register = template.Library()

SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "CNY": "¥"}


@register.filter
def money(amount: Decimal, currency: str) -> str:
    """`48.00|money:"EUR"` → `€48.00`."""
    return f"{SIGNS.get(currency, currency + ' ')}{number_format(amount, 2)}"
