"""Sites that the browser tests share: started once for a module, people come fresh for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.harness.chromium import NoChromium, chromium, executable
from tests.browser.harness.demo_server import Site, demo
from tests.browser.harness.people import Agent, Customer


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    try:
        executable()
    except NoChromium as reason:
        pytest.skip(str(reason))
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """What `make demo` runs: nothing to install, SQLite, one web process, workers, beat."""
    with demo() as running:
        yield running


@pytest.fixture
def alice(browser: Browser, site: Site) -> Iterator[Customer]:
    """A logged-in customer of the demo shop."""
    customer = Customer.enter(browser, site.base, name="alice")
    yield customer
    customer.close()


@pytest.fixture
def bob(browser: Browser, site: Site) -> Iterator[Agent]:
    """An agent at the workbench who has started work."""
    agent = Agent.enter(browser, site.base)
    agent.starts_work()
    yield agent
    agent.leaves()
    agent.close()


@pytest.fixture
def guest(browser: Browser, site: Site) -> Iterator[Callable[..., Customer]]:
    """Makes guests with contexts of their own."""
    made: list[Customer] = []

    def enter(**context: Any) -> Customer:
        made.append(Customer.enter(browser, site.base, **context))
        return made[-1]

    yield enter
    for customer in made:
        customer.close()
