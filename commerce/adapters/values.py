"""What crosses the border between a shop and the call: frozen values, opaque string references, Decimal money."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Capability(StrEnum):
    """What an adapter can do. The screens leave out what is not named."""

    PRODUCTS = "products"
    SEARCH = "search"
    CUSTOMERS = "customers"
    CART = "cart"
    CART_CHANGES = "cart_changes"
    VOUCHERS = "vouchers"
    ORDERS = "orders"
    ORDER_CHANGES = "order_changes"
    DELIVERY = "delivery"
    PAYMENT = "payment"
    REFUNDS = "refunds"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount with its ISO 4217 currency code."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Shopper:
    """For whom the shop is asked: prices, visibility and ownership depend on it.

    `user_id` is the primary key of the host's user as a string, empty for a guest; `guest` the visitor's key.
    """

    user_id: str = ""
    guest: str = ""
    language: str = ""
    storefront: str = ""

    @property
    def is_guest(self) -> bool:
        return not self.user_id


@dataclass(frozen=True, slots=True)
class Promotion:
    """An offer that stands beside a product: its name, a line about it, and its end (aware, or None)."""

    name: str
    text: str = ""
    until: datetime.datetime | None = None


@dataclass(frozen=True, slots=True)
class ProductCard:
    """A product as shown beside the call. `stock` None means "not counted"; URLs may be relative to the shop."""

    ref: str
    sku: str
    title: str
    price: Money | None
    description: str = ""
    stock: int | None = None
    url: str = ""
    image_url: str = ""
    parameters: tuple[tuple[str, str], ...] = ()
    promotions: tuple[Promotion, ...] = ()


@dataclass(frozen=True, slots=True)
class CustomerProfile:
    """Who a logged-in customer is. `phone_masked` and `email_masked` are masked by the adapter, never whole."""

    name: str
    tier: str = ""
    language: str = ""
    since: datetime.date | None = None
    phone_masked: str = ""
    email_masked: str = ""


@dataclass(frozen=True, slots=True)
class CartLine:
    """One line of a cart; `ref` names the line, `product` the product."""

    ref: str
    product: str
    title: str
    quantity: int
    total: Money


@dataclass(frozen=True, slots=True)
class CartView:
    """A cart at one moment. `version` changes whenever the cart does: a change names the version that it saw."""

    lines: tuple[CartLine, ...]
    total: Money | None
    version: str
    vouchers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderLine:
    ref: str
    product: str
    title: str
    quantity: int
    total: Money
    status: str = ""


@dataclass(frozen=True, slots=True)
class OrderSummary:
    """One line of the customer's history. `status` is the shop's own word, translated for the shopper's language."""

    ref: str
    number: str
    placed_at: datetime.datetime
    status: str
    total: Money
    url: str = ""


@dataclass(frozen=True, slots=True)
class OrderView:
    """A whole order. `payment` and `delivery` are short states for people; the address is masked."""

    summary: OrderSummary
    lines: tuple[OrderLine, ...]
    version: str
    payment: str = ""
    delivery: str = ""
    address_masked: str = ""


class ChangeKind(StrEnum):
    """What an agent may propose and a customer accept."""

    CART_ADD = "cart.add"
    CART_SET = "cart.set"
    CART_REMOVE = "cart.remove"
    VOUCHER_ADD = "voucher.add"
    ORDER_CANCEL = "order.cancel"
    ORDER_ADDRESS = "order.address"
    REFUND_REQUEST = "refund.request"


@dataclass(frozen=True, slots=True)
class Change:
    """A change of cart or order. `target` is a product, line, voucher or order; `payload` the kind's own values."""

    kind: ChangeKind
    target: str
    quantity: int = 1
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Quote:
    """What a change would do, as the customer is asked: before, after, and the version that must still hold."""

    change: Change
    before: Money | None
    after: Money | None
    version: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Applied:
    """A change was done, once. `repeated` is true when the idempotency key had been used before."""

    ref: str
    before: Money | None
    after: Money | None
    version: str
    repeated: bool = False
