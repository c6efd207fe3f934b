"""Callers of the REST API: `erp` is a machine client with every scope, alice a customer, charlie always refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from rtc_service import tokens
from rtc_service.models import ApiClient, Call, Visitor
from rtc_service.services import api_clients, calls, visitors
from rtc_service.testing import request_call
from tests.harness.plugin import core, people, pytest_pyfunc_call

__all__ = ["core", "people", "pytest_pyfunc_call"]
EVERYTHING = [
    "calls:read",
    "calls:write",
    "pii:read",
    "recordings:read",
    "tickets:read",
    "tickets:write",
]


class Api:
    """A caller with one Authorization header (or none): `api.post("calls/", {...})` under /api/v1/, JSON both ways."""

    def __init__(self, authorization: str = "", **headers: str) -> None:
        self.headers = {**({"Authorization": authorization} if authorization else {}), **headers}
        self.client = Client(enforce_csrf_checks=True)

    def __call__(self, method: str, path: str, body: Any = None, raw: bytes | None = None, **headers: str) -> Any:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        content: dict[str, Any] = {}
        if body is not None or raw is not None:
            content = {"data": raw if raw is not None else body, "content_type": "application/json"}
        return self.client.generic(
            method,
            f"/api/v1/{path}",
            **({**content, "data": _dump(content["data"])} if content else {}),
            headers={**self.headers, **given},
        )

    def get(self, path: str, **headers: str) -> Any:
        return self("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self("POST", path, {} if body is None else body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self("PATCH", path, body, **headers)


def _dump(data: Any) -> bytes:
    import json

    return data if isinstance(data, bytes) else json.dumps(data).encode()


def api_of(*scopes: str, **more: Any) -> Api:
    """A machine client with these scopes."""
    return Api(f"Bearer {api_clients.create('test', list(scopes), **more)[1]}")


def customer_api(visitor: Visitor) -> Api:
    assert visitor.user_id is not None
    return Api(f"Identity {tokens.identity(visitor.user_id, name='Alice Liddell')}")


def assert_problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """An error as RFC 9457 wants it; returns the body."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["type"] == "about:blank" and body["title"] and "detail" in body
    return body


@pytest.fixture
def erp(db: None) -> Api:
    return api_of(*EVERYTHING)


@pytest.fixture
def client_row(erp: Api) -> ApiClient:
    return ApiClient.objects.get()


@pytest.fixture
def visitor(alice: Any) -> Visitor:
    """Alice, the shop's customer."""
    return visitors.for_user(alice.pk, name="Alice Liddell")


@pytest.fixture
def alice_api(visitor: Visitor) -> Api:
    return customer_api(visitor)


@pytest.fixture
def charlie_api(charlie: Any) -> Api:
    """Another customer."""
    return customer_api(visitors.for_user(charlie.pk, name="Charlie"))


@pytest.fixture
def call(visitor: Visitor) -> Call:
    """Alice waits."""
    return request_call(visitor)[0]


@pytest.fixture
def answered(call: Call, bob: Any) -> Call:
    """Bob talks to alice."""
    calls.ring(call, number=1, seconds=20)
    calls.answer(call, user_id=bob.pk, name="Bob", version=call.version)
    call.refresh_from_db()
    return call


@pytest.fixture
def session_of() -> Callable[..., Api]:
    """`session_of(user)` → the user's browser, which knows its CSRF token."""

    def make(user: Any, *, csrf: bool = True) -> Api:
        api = Api()
        api.client.force_login(user)
        if csrf:
            token = "a" * 32
            api.client.cookies["csrftoken"] = token
            api.headers["X-CSRFToken"] = token
        return api

    return make
