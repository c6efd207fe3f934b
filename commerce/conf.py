"""Section "commerce" of `RTC_SERVICE`."""

from __future__ import annotations

from dataclasses import dataclass

from rtc_service import conf


@dataclass(frozen=True)
class CommerceSettings:
    """How the shop is asked. Durations in seconds."""

    ADAPTER: str = ""  # dotted path of the shop's adapter class; empty: no shop
    READ_SECONDS: float = 0.3  # a question to the shop, while a page or a call waits for it
    WATCH_SECONDS: float = 10.0  # how often a product that is shown in a call is read again
    ORDERS_SHOWN: int = 5  # of the customer's newest, in the panel


def commerce() -> CommerceSettings:
    """The section, read at access."""
    return conf.section("commerce", CommerceSettings)
