"""System checks of the shop's interface."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.utils.module_loading import import_string

from . import conf
from .adapters.base import ShopAdapter


@register()
def adapter_can_be_loaded(**_: Any) -> list[CheckMessage]:
    """rtc_commerce.E001: the path is wrong. rtc_commerce.E002: the class lacks methods of the interface."""
    path = conf.commerce().ADAPTER
    if not path:
        return []
    try:
        cls = import_string(path)
    except ImportError as error:
        hint = 'RTC_SERVICE["commerce"]["ADAPTER"] is the dotted path of a class.'
        return [Error(f"The shop's adapter cannot be imported: {error}", hint=hint, id="rtc_commerce.E001")]
    methods = [name for name in vars(ShopAdapter) if not name.startswith("_")]
    missing = [name for name in methods if not callable(getattr(cls, name, None))]
    if missing:
        hint = "Derive it from commerce.adapters.null.NullShop and override what the shop has."
        return [Error(f"The shop's adapter lacks {', '.join(missing)}.", hint=hint, id="rtc_commerce.E002")]
    return []
