"""Fill an empty demo; running it again changes nothing that visitors did."""

from __future__ import annotations

import datetime
from decimal import Decimal

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission, User
from django.db import transaction
from django.utils import timezone

from agents.models import AgentProfile
from recordings.models import Policy
from rtc_service.groups import STAFF, SUPERVISOR

from .catalogue import ITEMS, Item
from .models import CustomerProfile, Order, OrderLine, Product
from .people import AGENTS, CUSTOMERS, SUPERVISORS, Person

GROUPS = {"agent": STAFF, "supervisor": SUPERVISOR}
# What the shop itself allows its supervisor: change a price or the stock, and see it change in the call.
SHOP_RIGHTS = ("view_product", "change_product", "view_order", "view_orderline", "view_customerprofile")
# user, days ago, status, what was bought
ORDERS = (
    ("alice", 3, Order.Status.SHIPPED, (("SKU-1", 1), ("SKU-2", 1))),
    ("alice", 96, Order.Status.DELIVERED, (("SKU-7", 1),)),
    ("amir", 1, Order.Status.PAID, (("SKU-5", 2),)),
    ("amir", 40, Order.Status.DELIVERED, (("SKU-4", 1), ("SKU-3", 1))),
    ("amir", 210, Order.Status.DELIVERED, (("SKU-9", 1),)),
    ("chen", 12, Order.Status.DELIVERED, (("SKU-8", 1),)),
)


@transaction.atomic
def seed() -> None:
    for position, item in enumerate(ITEMS):
        add_product(position, item)
    for person in CUSTOMERS:
        add_customer(person)
    for person in (*AGENTS, *SUPERVISORS):
        add_staff(person)
    add_orders()
    # Everybody sees at once what a recorded call is like; the visitor's own choice in the admin stays.
    Policy.objects.get_or_create(queue="main", defaults={"start": "auto"})


def add_product(position: int, item: Item) -> None:
    names = ("title", "slug", "category", "price", "tagline", "description", "picture")
    values = {name: getattr(item, name) for name in names}
    values |= {"parameters": [list(pair) for pair in item.parameters], "position": position}
    # The stock is the visitors': it is set once only.
    Product.objects.update_or_create(sku=item.sku, defaults=values, create_defaults=values | {"stock": item.stock})


def add_user(person: Person) -> tuple[User, bool]:
    users = get_user_model()._default_manager
    user, created = users.get_or_create(
        username=person.name,
        defaults={"first_name": person.first, "last_name": person.last, "email": person.email},
    )
    if created:
        user.set_password(person.password)
        user.save(update_fields=["password"])
    return user, created


def add_customer(person: Person) -> None:
    user, _created = add_user(person)
    since = timezone.localdate() - datetime.timedelta(days=400)
    CustomerProfile.objects.get_or_create(
        user=user,
        defaults={"tier": person.tier, "language": person.language, "since": since, "phone": person.phone},
    )


def add_staff(person: Person) -> None:
    user, created = add_user(person)
    if created:
        # Only supervisors work in Django admin; what they may do there comes from the group.
        user.is_staff = person.role == "supervisor"
        user.save(update_fields=["is_staff"])
    if person.role == "supervisor":
        rights = Permission.objects.filter(content_type__app_label="rtc_demo", codename__in=SHOP_RIGHTS)
        user.user_permissions.add(*rights)
    user.groups.add(Group.objects.get(name=GROUPS[person.role]))
    if person.role == "agent":
        # What a shop decides for itself: whoever took a call may play its recording.
        user.user_permissions.add(Permission.objects.get(codename="play_recording"))
        AgentProfile.objects.get_or_create(user=user, defaults={"display_name": person.first})


def add_orders() -> None:
    users = get_user_model()._default_manager
    for name, days, status, bought in ORDERS:
        placed_at = timezone.now().replace(hour=9, minute=30, second=0, microsecond=0) - datetime.timedelta(days=days)
        user = users.get(username=name)
        if Order.objects.filter(user=user).count() >= sum(1 for row in ORDERS if row[0] == name):
            continue
        products = {sku: Product.objects.get(sku=sku) for sku, _quantity in bought}
        total = sum((products[sku].price * quantity for sku, quantity in bought), Decimal("0.00"))
        order = Order.objects.create(user=user, status=status, placed_at=placed_at, total=total, city="Lyon")
        OrderLine.objects.bulk_create(
            OrderLine(
                order=order, product=products[sku], title=products[sku].title, quantity=quantity,
                price=products[sku].price,
            )
            for sku, quantity in bought
        )  # fmt: skip
