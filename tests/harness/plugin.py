"""Fixtures for tests over real transactions, threads and sockets. Folders that want them import this in conftest.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rtc_service.models import AuditEntry
from tests.harness import people as cast
from tests.harness.people import People
from tests.harness.stories import run_story


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: Any) -> bool | None:
    return run_story(pyfuncitem)


@pytest.fixture
def people(transactional_db: None) -> People:
    """alice, charlie, bob, beth, dora."""
    return cast.people()


@pytest.fixture
def core(settings: Any) -> Callable[..., None]:
    """`core(HELLO_SECONDS=0.1)` changes settings of the core for one test."""

    def change(section: str = "core", **changes: Any) -> None:
        given = settings.RTC_SERVICE
        settings.RTC_SERVICE = {**given, section: {**given.get(section, {}), **changes}}

    return change


@pytest.fixture
def audited(people: People) -> Callable[[str], int]:
    """How many audit entries there are of an action."""
    return lambda action: AuditEntry.objects.filter(action=action).count()
