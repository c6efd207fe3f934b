"""Template filters of commerce: `{% load rtc_commerce_tags %}`."""

from __future__ import annotations

from django import template
from django.utils import formats

from ..adapters.values import Money

register = template.Library()

# Signs that one currency alone claims; others are shown by their code.
SIGNS = {"EUR": "€", "GBP": "£", "USD": "$", "CNY": "CN¥", "TWD": "NT$", "HKD": "HK$", "JPY": "JP¥", "INR": "₹"}


@register.filter
def rtc_money(value: Money | None) -> str:
    """`Money(Decimal("1299.00"), "EUR")` → `€ 1,299.00` in the language's number format, with a no-break space."""
    if value is None:
        return ""
    exponent = value.amount.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    amount = formats.number_format(value.amount, decimal_pos=places, force_grouping=True)
    return f"{SIGNS.get(value.currency, value.currency)}\N{NO-BREAK SPACE}{amount}"
