"""Rates are exact, whoever asks at once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from rtc_service import clock
from rtc_service.models import RateWindow
from rtc_service.services import rates
from rtc_service.testing import later
from tests.api.conftest import Api, api_of, assert_problem
from tests.harness.threads import at_once, bad

ROOT = Path(__file__).resolve().parents[2]
PROCESS = """
import django; django.setup()
from django.db import connection
from rtc_service.services import rates
connection.settings_dict["NAME"] = {name!r}
from rtc_service import clock
clock.shift({shift!r})
print(sum(rates.hit("client", "c:1", 60).passed for _ in range(50)))
"""


def to_the_middle_of_a_minute() -> float:
    """Seconds by which the clock is moved so that no window ends during the test."""
    return 30 - clock.now().timestamp() % rates.SECONDS


def test_sixty_of_a_hundred_requests_at_once_pass(transactional_db: None) -> None:
    erp = api_of("calls:read", rate=60)
    with later(to_the_middle_of_a_minute()):
        results = at_once([partial(Api(erp.headers["Authorization"]).get, "calls/") for _ in range(100)])
    assert not bad(results), bad(results)
    assert Counter(response.status_code for response in results) == {200: 60, 429: 40}
    left = sorted(int(r["RateLimit"].split(";r=")[1].split(";")[0]) for r in results if r.status_code == 200)
    assert left == list(range(60)), "each was told another number"


def test_two_processes_share_a_window(transactional_db: None) -> None:
    name = str(connection.settings_dict["NAME"])
    code = PROCESS.format(name=name, shift=to_the_middle_of_a_minute())
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    running = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    assert sum(int(process.communicate(timeout=60)[0].split()[-1]) for process in running) == 60


def test_who_is_over_is_told_when_to_come_back(erp: Api, client_row: Any) -> None:
    client_row.rate = 2
    client_row.save()
    with later(to_the_middle_of_a_minute()):
        response = erp.get("calls/")
        assert response["RateLimit-Policy"] == '"client";q=2;w=60'
        assert response["RateLimit"].startswith('"client";r=1;t=')
        erp.get("calls/")
        refused = erp.get("calls/")
        body = assert_problem(refused, 429, "throttled")
        assert 25 <= int(refused["Retry-After"]) <= 31 and body["retry_after"] == int(refused["Retry-After"])
        assert refused["RateLimit"].startswith('"client";r=0;t=')
    with later(to_the_middle_of_a_minute() + 60):
        assert erp.get("calls/").status_code == 200


def test_each_kind_of_caller_has_its_own_rate(
    core: Callable[..., None], erp: Api, alice_api: Api, charlie_api: Api, session_of: Any, bob: Any
) -> None:
    core(API_CLIENT_RATE=4, API_USER_RATE=3, API_CUSTOMER_RATE=2, API_ADDRESS_RATE=1)
    with later(to_the_middle_of_a_minute()):
        for api, rate in ((erp, 4), (session_of(bob), 3), (alice_api, 2), (charlie_api, 2)):
            statuses = [api.get("calls/").status_code for _ in range(rate + 1)]
            assert statuses == [200] * rate + [429]
        assert [Api().get("calls/").status_code for _ in range(2)] == [401, 429]


def test_who_is_refused_has_asked_too(core: Callable[..., None], charlie: Any, session_of: Any) -> None:
    core(API_USER_RATE=1)
    with later(to_the_middle_of_a_minute()):
        assert [session_of(charlie).get("calls/").status_code for _ in range(2)] == [403, 429]


def test_a_request_that_was_held_up_does_not_open_the_old_window(db: None) -> None:
    with later(to_the_middle_of_a_minute()):
        assert [rates.hit("x", "y", 2).passed for _ in range(3)] == [True, True, False]
        with later(to_the_middle_of_a_minute() - 60):
            assert not rates.hit("x", "y", 2).passed
    assert RateWindow.objects.count() == 1


@pytest.mark.parametrize("key", ["k" * 300, "日本"])
def test_any_key_fits(db: None, key: str) -> None:
    assert rates.hit("policy", key, 1).passed
