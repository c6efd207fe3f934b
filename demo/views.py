"""The shop's pages. Whatever writes is in `shop.py`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from rtc_service.groups import STAFF, SUPERVISOR

from . import shop
from .catalogue import CATEGORIES
from .models import Order, Product
from .people import AGENTS, CUSTOMERS, SUPERVISORS


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    products: Iterable[Product] = Product.objects.all()
    chosen = request.GET.get("category", "")
    if chosen in CATEGORIES:
        products = Product.objects.filter(category=chosen)
    query = request.GET.get("q", "").strip()[:80]
    if query:
        # The texts are translated where they are shown, so they are searched as shown.
        products = [p for p in products if query.lower() in f"{_(p.title)} {_(p.tagline)} {p.sku}".lower()]
    categories = [(slug, _(name)) for slug, name in CATEGORIES.items()]
    context = {"products": products, "categories": categories, "chosen": chosen, "query": query}
    return render(request, "rtc_demo/home.html", context)


@require_GET
def product(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Product, slug=slug)
    others = Product.objects.filter(category=found.category).exclude(pk=found.pk)[:3]
    category = _(CATEGORIES.get(found.category, found.category))
    return render(request, "rtc_demo/product.html", {"product": found, "others": others, "category": category})


@require_GET
def cart(request: HttpRequest) -> HttpResponse:
    found = shop.find_cart(request)
    lines = list(found.lines.select_related("product")) if found else []
    context = {"lines": lines, "total": shop.cart_total(found), "choices": range(1, shop.MOST + 1)}
    return render(request, "rtc_demo/cart.html", context)


@require_POST
def cart_set(request: HttpRequest) -> HttpResponse:
    """`sku`, and `quantity` (0 removes) or nothing (one more)."""
    found = get_object_or_404(Product, sku=request.POST.get("sku", ""))
    quantity = request.POST.get("quantity", "")[:3]
    if quantity.isdecimal():
        shop.set_quantity(shop.cart_for(request), found, int(quantity))
    else:
        shop.add_one(shop.cart_for(request), found)
        messages.success(request, _("%(title)s is in your cart.") % {"title": _(found.title)})
    return redirect("rtc_demo:cart")


@require_POST
@login_required
def checkout(request: HttpRequest) -> HttpResponse:
    found = shop.find_cart(request)
    if found is None or not found.lines.exists():
        return redirect("rtc_demo:cart")
    try:
        placed = shop.place_order(found, request.user)  # type: ignore[arg-type]
    except shop.SoldOut as error:
        messages.error(request, _("%(title)s is sold out in this quantity.") % {"title": _(error.args[0])})
        return redirect("rtc_demo:cart")
    messages.success(request, _("Thank you. Your order has arrived with us."))
    return redirect(placed)


@require_GET
@login_required
def orders(request: HttpRequest) -> HttpResponse:
    found = Order.objects.prefetch_related("lines__product").filter(user=request.user)  # type: ignore[misc]
    return render(request, "rtc_demo/orders.html", {"orders": found})


def own_order(request: HttpRequest, number: str) -> Order:
    """404 for another customer's order: it says nothing about what exists."""
    return get_object_or_404(Order.objects.prefetch_related("lines__product"), number=number, user=request.user)


@require_GET
@login_required
def order(request: HttpRequest, number: str) -> HttpResponse:
    found = own_order(request, number)
    steps = [Order.Status.PAID, Order.Status.SHIPPED, Order.Status.DELIVERED]
    reached = steps.index(Order.Status(found.status)) if found.status in steps else -1
    progress = [(step.label, index <= reached) for index, step in enumerate(steps)]
    return render(request, "rtc_demo/order.html", {"order": found, "progress": progress})


@require_GET
@login_required
def after_sales(request: HttpRequest, number: str) -> HttpResponse:
    return render(request, "rtc_demo/after_sales.html", {"order": own_order(request, number)})


class LogIn(LoginView):
    """A log-in page that knows its visitors: one click per demo account."""

    template_name = "rtc_demo/login.html"

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        guest = None if self.request.user.is_authenticated else shop.find_cart(self.request)
        response = super().form_valid(form)
        if guest is not None:
            shop.take_over_guest_cart(guest, form.get_user())
        return response

    def get_success_url(self) -> str:
        """Staff who come without a destination go to their own page."""
        if not self.get_redirect_url():
            groups = set(self.request.user.groups.values_list("name", flat=True))
            if STAFF in groups:
                return reverse("rtc_agents:workbench")
            if SUPERVISOR in groups:
                return reverse("admin:index")
        return super().get_success_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {"customers": CUSTOMERS, "staff": (*AGENTS, *SUPERVISORS)}
