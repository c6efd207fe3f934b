"""The shop's own tables: what a host has long before it installs the video service."""

from __future__ import annotations

import secrets
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from commerce.services.catalogue import product_changed

# Without letters and digits that people mix up when they read a number aloud in a call.
NUMBER_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def order_number() -> str:
    """A number that cannot be guessed from another order's."""
    return "D-" + "".join(secrets.choice(NUMBER_ALPHABET) for _unused in range(7))


class Product(models.Model):
    """`picture` is a path below the static folder `rtc_demo/products/`; `parameters` a list of [name, value]."""

    sku = models.CharField(_("SKU"), max_length=32, unique=True)
    title = models.CharField(_("title"), max_length=120)
    slug = models.SlugField(unique=True)
    tagline = models.CharField(_("tagline"), max_length=160, blank=True)
    description = models.TextField(_("description"), blank=True)
    price = models.DecimalField(_("price"), max_digits=10, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    stock = models.PositiveIntegerField(_("stock"), default=0)
    category = models.SlugField(_("category"), db_index=True)
    parameters = models.JSONField(_("parameters"), default=list, blank=True)
    picture = models.CharField(_("picture"), max_length=120)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "sku"]
        verbose_name = _("product")
        verbose_name_plural = _("products")

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Who talks about this product at the moment sees the change at once."""
        with transaction.atomic():
            super().save(*args, **kwargs)
            product_changed(self.sku)

    def get_absolute_url(self) -> str:
        return reverse("rtc_demo:product", kwargs={"slug": self.slug})


class CustomerProfile(models.Model):
    """What the shop knows of a customer beside the user row."""

    class Tier(models.TextChoices):
        STANDARD = "standard", _("Standard")
        VIP = "vip", _("VIP")

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="rtc_demo_profile")
    tier = models.CharField(_("tier"), max_length=16, choices=Tier.choices, default=Tier.STANDARD)
    language = models.CharField(_("language"), max_length=16, default="en")
    since = models.DateField(_("customer since"))
    phone = models.CharField(_("phone"), max_length=32, blank=True)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")

    def __str__(self) -> str:
        return str(self.user)


class Cart(models.Model):
    """One per user, or one per session of a guest. `version` grows with every change of its lines."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="rtc_demo_cart"
    )
    session_key = models.CharField(max_length=40, blank=True, db_index=True)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("cart")
        verbose_name_plural = _("carts")

    def __str__(self) -> str:
        return f"cart {self.pk}"


class CartLine(models.Model):
    cart = models.ForeignKey(Cart, models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, models.CASCADE, related_name="+")
    quantity = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["cart", "product"], name="rtc_demo_cartline_product_uq")]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product_id}"

    @property
    def total(self) -> Decimal:
        return self.product.price * self.quantity


class Order(models.Model):
    class Status(models.TextChoices):
        PAID = "paid", _("Paid")
        SHIPPED = "shipped", _("On its way")
        DELIVERED = "delivered", _("Delivered")
        CANCELLED = "cancelled", _("Cancelled")

    number = models.CharField(_("number"), max_length=16, unique=True, default=order_number)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="rtc_demo_orders")
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.PAID)
    placed_at = models.DateTimeField(_("placed at"))
    total = models.DecimalField(_("total"), max_digits=10, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    city = models.CharField(_("delivery to"), max_length=80, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-placed_at"]
        verbose_name = _("order")
        verbose_name_plural = _("orders")

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("rtc_demo:order", kwargs={"number": self.number})


class OrderLine(models.Model):
    """Title and price are kept as they were when the order was placed."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, models.SET_NULL, null=True, related_name="+")
    title = models.CharField(max_length=120)
    quantity = models.PositiveSmallIntegerField(default=1)
    price = models.DecimalField(max_digits=10, decimal_places=2)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.title}"

    @property
    def total(self) -> Decimal:
        return self.price * self.quantity
