"""The recurring people: alice calls, bob and beth serve, charlie is a stranger and always refused, dora supervises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from agents.models import AgentProfile, Queue, WrapUpCode
from agents.services import presence
from rtc_service import groups
from rtc_service.models import Visitor
from rtc_service.testing import customer, staff


@dataclass(frozen=True)
class People:
    """`charlie` is another customer of the shop: logged in, and no party to alice's call."""

    alice: Visitor
    charlie: Visitor
    bob: Any
    beth: Any
    dora: Any


def agent(name: str) -> Any:
    """A user who may take calls, with a profile; offline."""
    user = staff(name)
    AgentProfile.objects.get_or_create(user=user, defaults={"display_name": name.title()})
    return user


def ready_agent(name: str) -> Any:
    """An agent who waits for calls; the lease lasts 15 s."""
    user = agent(name)
    presence.ready(user.pk)
    return user


def first_rows() -> None:
    """What migrations made, should an earlier test have emptied the tables."""
    Queue.objects.get_or_create(slug="main", defaults={"name": "Video service"})
    WrapUpCode.objects.get_or_create(code="sold", defaults={"name": "Sold"})


def people() -> People:
    """Everybody, in a database that may be empty."""
    first_rows()
    dora = get_user_model()._default_manager.create_user(username="dora", password="dora", is_staff=True)
    dora.groups.add(Group.objects.get_or_create(name=groups.SUPERVISOR)[0])
    return People(customer("alice"), customer("charlie"), agent("bob"), agent("beth"), dora)
