"""`POST session/`: who gets a token, and what a page of another origin may read of the answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from rtc_service import tokens
from rtc_service.models import AuditEntry, Visitor

LISTED, STRANGE = "https://shop.example", "https://evil.example"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def listed(core: Callable[..., None]) -> None:
    core(ALLOWED_ORIGINS=[LISTED], SESSIONS_PER_MINUTE=5)
    cache.clear()


def ask(given: dict[str, Any] | None = None, **headers: str) -> Any:
    body = json.dumps(given or {})
    return Client().post(reverse("rtc_service:session"), body, content_type="application/json", headers=headers)


def preflight(origin: str) -> Any:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    return Client().options(reverse("rtc_service:session"), headers=asked)


def test_a_listed_page_gets_a_token_and_may_read_it() -> None:
    answer = ask(Origin=LISTED)
    assert answer.status_code == 200 and tokens.read_hello(answer.json()["token"])["o"] == LISTED
    assert answer["Access-Control-Allow-Origin"] == LISTED
    assert "Origin" in answer["Vary"]


@pytest.mark.parametrize("origin", [STRANGE, "null", "https://shop.example:8443", "http://shop.example"])
def test_another_page_may_read_why_it_gets_none(origin: str) -> None:
    before = preflight(origin)
    assert before.status_code == 204 and before["Access-Control-Allow-Origin"] == origin
    answer = ask(Origin=origin)
    assert (answer.status_code, answer.json()["code"]) == (403, "origin_refused")
    assert answer["Access-Control-Allow-Origin"] == origin
    assert "Access-Control-Allow-Credentials" not in answer and "token" not in answer.json()
    assert not Visitor.objects.exists()
    (row,) = AuditEntry.objects.all()
    assert (row.action, row.data) == ("session.refused.origin", {"origin": origin})


def test_a_strange_page_cannot_fill_the_audit_log() -> None:
    codes = [ask(Origin=STRANGE).json()["code"] for _ in range(8)]
    assert codes == ["origin_refused"] * 5 + ["flood"] * 3
    assert AuditEntry.objects.count() == 5


def test_a_signed_identity_is_that_customer_wherever_the_page_is(alice: Any) -> None:
    signed = tokens.identity(alice.pk, name="Alice Martin")
    answer = ask({"identity": signed}, Origin=LISTED)
    key = tokens.read_hello(answer.json()["token"])["key"]
    visitor = Visitor.objects.get(user=alice)
    assert key == f"v:{visitor.uuid}" and answer.json()["guest"] is None


def test_an_identity_that_nobody_has_signed(alice: Any) -> None:
    signed = tokens.identity(alice.pk)
    for wrong in (signed[:-3] + "AAA", tokens.guest("x"), "nonsense"):
        assert ask({"identity": wrong}, Origin=LISTED).json()["code"] == "token_refused"
    assert not Visitor.objects.exists()


@pytest.mark.parametrize("name", ["guest", "identity"])
def test_half_a_character_is_no_token(name: str) -> None:
    """JSON may spell it, no signature can be computed of it."""
    body = f'{{"{name}": "a:b:\\ud800"}}'
    answer = Client().post(reverse("rtc_service:session"), body, content_type="application/json")
    assert answer.status_code == (200 if name == "guest" else 401)
