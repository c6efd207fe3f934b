"""The demo shop behind commerce's adapter interface: how a host connects its own models."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.templatetags.static import static
from django.utils import translation
from django.utils.translation import gettext

from commerce.adapters.errors import NotFound
from commerce.adapters.null import NullShop
from commerce.adapters.values import (
    Capability,
    CartLine,
    CartView,
    CustomerProfile,
    Money,
    OrderLine,
    OrderSummary,
    OrderView,
    ProductCard,
    Promotion,
    Shopper,
)

from . import models

T = TypeVar("T")

CAPABILITIES = frozenset(
    {
        Capability.PRODUCTS,
        Capability.SEARCH,
        Capability.CUSTOMERS,
        Capability.CART,
        Capability.ORDERS,
        Capability.DELIVERY,
        Capability.PAYMENT,
    }
)


def mask(text: str, keep: int = 2) -> str:
    """`+33 6 12 34 56 78` → `•••78`."""
    return f"•••{text[-keep:]}" if text else ""


def mask_email(address: str) -> str:
    name, at, domain = address.partition("@")
    return f"{name[:1]}•••{at}{domain}" if at else ""


class DemoShop(NullShop):
    """Reads the demo's tables. Changes (cart, order) are not offered: their capabilities are not named."""

    def capabilities(self) -> frozenset[Capability]:
        return CAPABILITIES

    def get_product(self, ref: str, *, viewer: Shopper) -> ProductCard:
        product = models.Product.objects.filter(sku=ref).first()
        if product is None:
            raise NotFound(f"product {ref}")
        return in_language(viewer, lambda: product_card(product))

    def search_products(self, query: str, *, limit: int, viewer: Shopper) -> tuple[ProductCard, ...]:
        rows = models.Product.objects.filter(
            Q(title__icontains=query) | Q(sku__iexact=query) | Q(category__icontains=query)
        )[:limit]
        return in_language(viewer, lambda: tuple(product_card(row) for row in rows))

    def customer_profile(self, customer: Shopper) -> CustomerProfile:
        user = find_user(customer)
        profile = models.CustomerProfile.objects.filter(user=user).first()
        return CustomerProfile(
            name=user.get_full_name() or user.get_username(),
            tier=profile.tier if profile else "",
            language=profile.language if profile else "",
            since=profile.since if profile else user.date_joined.date(),
            phone_masked=mask(profile.phone) if profile else "",
            email_masked=mask_email(user.email),
        )

    def get_cart(self, customer: Shopper) -> CartView:
        # A guest's cart hangs on the browser's session, which the call does not carry.
        user = find_user(customer)
        cart = models.Cart.objects.filter(user=user).first()
        if cart is None:
            return CartView(lines=(), total=None, version="0")
        rows = list(cart.lines.select_related("product"))
        return in_language(customer, lambda: cart_view(cart, rows))

    def list_orders(self, customer: Shopper, *, limit: int) -> tuple[OrderSummary, ...]:
        orders = models.Order.objects.filter(user=find_user(customer))[:limit]
        return in_language(customer, lambda: tuple(order_summary(order) for order in orders))

    def get_order(self, ref: str, *, customer: Shopper) -> OrderView:
        order = models.Order.objects.filter(number=ref, user=find_user(customer)).first()
        if order is None:
            raise NotFound(f"order {ref}")
        rows = list(order.lines.select_related("product"))
        return in_language(customer, lambda: order_view(order, rows))


def find_user(customer: Shopper) -> Any:
    """The host's user row. Raises NotFound for a guest and for an account that is gone."""
    if customer.is_guest:
        raise NotFound("a guest has no account")
    user = get_user_model()._default_manager.filter(pk=customer.user_id).first()
    if user is None:
        raise NotFound(f"user {customer.user_id}")
    return user


def in_language(viewer: Shopper, build: Callable[[], T]) -> T:
    """Build a value with titles and states in the viewer's language."""
    if not viewer.language:
        return build()
    with translation.override(viewer.language):
        return build()


def product_card(product: models.Product) -> ProductCard:
    promotions: tuple[Promotion, ...] = ()
    if product.price >= Decimal("100"):
        promotions = (Promotion(name=gettext("Free delivery"), text=gettext("On everything from 100 euros.")),)
    return ProductCard(
        ref=product.sku,
        sku=product.sku,
        title=gettext(product.title),
        price=Money(product.price, product.currency),
        description=gettext(product.tagline) if product.tagline else "",
        stock=product.stock,
        url=product.get_absolute_url(),
        image_url=static(f"rtc_demo/products/{product.picture}"),
        parameters=tuple((gettext(name), gettext(value)) for name, value in product.parameters),
        promotions=promotions,
    )


def cart_view(cart: models.Cart, rows: list[models.CartLine]) -> CartView:
    lines = tuple(
        CartLine(
            ref=str(row.pk),
            product=row.product.sku,
            title=gettext(row.product.title),
            quantity=row.quantity,
            total=Money(row.total, row.product.currency),
        )
        for row in rows
    )
    currency = rows[0].product.currency if rows else "EUR"
    total = Money(sum((row.total for row in rows), Decimal("0.00")), currency)
    return CartView(lines=lines, total=total, version=str(cart.version))


def order_summary(order: models.Order) -> OrderSummary:
    return OrderSummary(
        ref=order.number,
        number=order.number,
        placed_at=order.placed_at,
        status=order.get_status_display(),
        total=Money(order.total, order.currency),
        url=order.get_absolute_url(),
    )


def order_view(order: models.Order, rows: list[models.OrderLine]) -> OrderView:
    lines = tuple(
        OrderLine(
            ref=str(row.pk),
            product=row.product.sku if row.product else "",
            title=gettext(row.title),
            quantity=row.quantity,
            total=Money(row.total, order.currency),
        )
        for row in rows
    )
    return OrderView(
        summary=order_summary(order),
        lines=lines,
        version=str(order.version),
        payment=gettext("paid by card"),
        delivery=order.get_status_display(),
        address_masked=f"•••, {order.city}" if order.city else "",
    )
