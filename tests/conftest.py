"""Fixtures of the whole suite: the people who appear in tests. Factories are published in `rtc_service.testing`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

_granted: dict[str, list[tuple[str, str]]] = {}  # group -> [(app label, codename), ...]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Remember what the migrations granted: a test with real transactions empties all tables when it is over."""
    from django.contrib.auth.models import Group

    with django_db_blocker.unblock():
        for group in Group.objects.all():
            _granted[group.name] = list(group.permissions.values_list("content_type__app_label", "codename"))


def _group(name: str) -> Any:
    """The group as the migrations made it, whichever tests ran before."""
    from django.contrib.auth.models import Group, Permission

    group, made = Group.objects.get_or_create(name=name)
    for label, codename in _granted[name] if made else ():
        group.permissions.add(Permission.objects.get(content_type__app_label=label, codename=codename))
    return group


@pytest.fixture
def make_user(db: None) -> Callable[..., Any]:
    """`make_user("bob", group="rtc customer-service agent")` → a user whose password is the name."""
    from django.contrib.auth import get_user_model

    def make(name: str, *, group: str = "", staff: bool = False) -> Any:
        user = get_user_model()._default_manager.create_user(username=name, password=name, is_staff=staff)
        if group:
            user.groups.add(_group(group))
        return user

    return make


@pytest.fixture
def alice(make_user: Callable[..., Any]) -> Any:
    """A customer."""
    return make_user("alice")


@pytest.fixture
def bob(make_user: Callable[..., Any]) -> Any:
    """An agent."""
    return make_user("bob", group="rtc customer-service agent")


@pytest.fixture
def charlie(make_user: Callable[..., Any]) -> Any:
    """A stranger, who must always be refused."""
    return make_user("charlie")


@pytest.fixture
def dora(make_user: Callable[..., Any]) -> Any:
    """A supervisor."""
    return make_user("dora", group="rtc supervisor", staff=True)
