"""What happens in the shop: the only writer of its tables."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from commerce.services.catalogue import product_changed

from .models import Cart, CartLine, Order, OrderLine, Product

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MOST = 9


class SoldOut(Exception):
    """Fewer pieces in stock than the cart asks for; `args[0]` is the product's title."""


def find_cart(request: HttpRequest) -> Cart | None:
    """The visitor's cart, if one was made."""
    if request.user.is_authenticated:
        return Cart.objects.filter(user=request.user).first()
    key = request.session.session_key
    return Cart.objects.filter(session_key=key, user=None).first() if key else None


def cart_for(request: HttpRequest) -> Cart:
    """The visitor's cart, made when there is none."""
    if request.user.is_authenticated:
        return Cart.objects.get_or_create(user=request.user)[0]
    if not request.session.session_key:
        request.session.create()
    return Cart.objects.get_or_create(session_key=request.session.session_key, user=None)[0]


def cart_total(cart: Cart | None) -> Decimal:
    if cart is None:
        return Decimal("0.00")
    return sum((line.total for line in cart.lines.select_related("product")), Decimal("0.00"))


@transaction.atomic
def set_quantity(cart: Cart, product: Product, quantity: int) -> None:
    """0 takes the product out of the cart."""
    if quantity <= 0:
        cart.lines.filter(product=product).delete()
    else:
        CartLine.objects.update_or_create(cart=cart, product=product, defaults={"quantity": min(quantity, MOST)})
    Cart.objects.filter(pk=cart.pk).update(version=F("version") + 1, changed_at=timezone.now())


@transaction.atomic
def add_one(cart: Cart, product: Product) -> None:
    line = cart.lines.filter(product=product).first()
    set_quantity(cart, product, (line.quantity if line else 0) + 1)


@transaction.atomic
def take_over_guest_cart(guest: Cart, user: User) -> None:
    """What a guest put into the cart is still there after the log-in."""
    own = Cart.objects.get_or_create(user=user)[0]
    for line in guest.lines.select_related("product"):
        existing = own.lines.filter(product=line.product).first()
        set_quantity(own, line.product, line.quantity + (existing.quantity if existing else 0))
    guest.delete()


@transaction.atomic
def place_order(cart: Cart, user: User) -> Order:
    """Cart → order, once: the lines go over and the stock goes down. Raises SoldOut and changes nothing."""
    lines = list(cart.lines.select_related("product"))
    if not lines:
        raise ValueError("an empty cart cannot be ordered")
    for line in lines:
        taken = Product.objects.filter(pk=line.product_id, stock__gte=line.quantity)
        if not taken.update(stock=F("stock") - line.quantity):
            raise SoldOut(line.product.title)
        product_changed(line.product.sku)
    total = sum((line.total for line in lines), Decimal("0.00"))
    order = Order.objects.create(
        user=user, placed_at=timezone.now(), total=total, currency=lines[0].product.currency, city="Lyon"
    )
    OrderLine.objects.bulk_create(
        OrderLine(order=order, product=li.product, title=li.product.title, quantity=li.quantity, price=li.product.price)
        for li in lines
    )
    cart.lines.all().delete()
    Cart.objects.filter(pk=cart.pk).update(version=F("version") + 1, changed_at=timezone.now())
    return order
