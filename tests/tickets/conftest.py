"""alice calls, bob serves, charlie is a stranger who must always be refused, dora supervises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User

from rtc_service import groups
from rtc_service.models import Call, Duty, Visitor
from rtc_service.services import calls, duties, visitors
from rtc_service.signalling.protocol import CallRequest


@pytest.fixture
def alice(db: None) -> Visitor:
    user = User.objects.create_user("alice", password="alice")
    return visitors.for_user(user.pk, name="Alice Liddell")


@pytest.fixture
def bob(db: None) -> User:
    user = User.objects.create_user("bob", password="bob", first_name="Bob", last_name="Cratchit", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="take_calls", content_type__app_label="rtc_service"))
    return user


@pytest.fixture
def charlie(db: None) -> User:
    return User.objects.create_user("charlie", password="charlie", is_staff=True)


@pytest.fixture
def dora(db: None) -> User:
    user = User.objects.create_user("dora", password="dora", is_staff=True)
    user.groups.add(Group.objects.get(name=groups.SUPERVISOR))
    return user


@pytest.fixture
def request_call(alice: Visitor) -> Callable[..., Call]:
    """A call that alice makes now: waiting."""

    def make(**hints: Any) -> Call:
        body = CallRequest(**{"page_kind": "product", "subject": "product:TEA-1", "title": "Teapot"} | hints)
        call, _leg = calls.request(alice, body)
        return call

    return make


@pytest.fixture
def answered_call(request_call: Callable[..., Call], bob: User) -> Call:
    """Bob has accepted alice's call."""
    call = request_call()
    calls.ring(call, number=1, seconds=20)
    calls.answer(call, user_id=bob.pk, name="Bob", version=call.version)
    call.refresh_from_db()
    return call


@pytest.fixture
def do_duties() -> Callable[[], int]:
    """Do what is owed, as the worker would; returns how many duties were done."""

    def run() -> int:
        return sum(duties.run(pk) for pk in Duty.objects.filter(state="owed").values_list("pk", flat=True))

    return run
