"""How a shop says no. Few, named, each with a stable code; doors translate them."""

from __future__ import annotations


class ShopError(Exception):
    """Base. `code` is stable and machine-readable; the message is for developers and logs, never for customers."""

    code = "shop_error"

    def __init__(self, detail: str = "", *, code: str | None = None) -> None:
        super().__init__(detail or code or self.code)
        if code is not None:
            self.code = code


class NotFound(ShopError):
    """No such thing, or none that this shopper may see."""

    code = "not_found"


class Unavailable(ShopError):
    """The shop did not answer in time or is down; asking again later may work."""

    code = "unavailable"


class Unsupported(ShopError):
    """The adapter does not name this capability."""

    code = "unsupported"


class Rejected(ShopError):
    """A change was refused; `code` says why: `sold_out`, `price_changed`, `version`, `voucher_expired`, `status` …"""

    code = "rejected"
