"""Fixtures of the whole suite: the people who appear in tests. Factories are published in `rtc_service.testing`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def make_user(db: None) -> Callable[..., Any]:
    """`make_user("bob", group="rtc customer-service agent")` → a user whose password is the name."""
    from django.contrib.auth import get_user_model
    from django.contrib.auth.models import Group

    def make(name: str, *, group: str = "", staff: bool = False) -> Any:
        user = get_user_model()._default_manager.create_user(username=name, password=name, is_staff=staff)
        if group:
            user.groups.add(Group.objects.get(name=group))
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
