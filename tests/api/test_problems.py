"""Everything that can be wrong with a request, and how it is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from rtc_service.api.calls import CallViewSet
from rtc_service.models import Call
from tests.api.conftest import Api, assert_problem


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"{", "bad_json"),
        (b"\xff{}", "bad_json"),
        (b'{"title": NaN}', "bad_json"),
        (b'{"title": "a", "title": "b"}', "bad_json"),
        (b'{"title": "\\u0000"}', "bad_json"),
        (b'{"title": "\\ud800"}', "bad_json"),
        (b'{"\\ud800": 1}', "bad_json"),
        (b"[" * 30 + b"]" * 30, "bad_json"),
        (b"[" * 30_000, "bad_json"),
        (b'{"title": ' + b"9" * 5_000 + b"}", "bad_json"),
    ],
)
def test_a_body_that_is_no_good_json(erp: Api, raw: bytes, code: str) -> None:
    assert_problem(erp("POST", "calls/", raw=raw), 400, code)
    assert not Call.objects.exists()


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ([], "#", "invalid"),
        ("text", "#", "invalid"),
        ({"titel": "Teapot"}, "#/titel", "unknown_field"),
        ({"a/b~c": 1}, "#/a~1b~0c", "unknown_field"),
        ({"title": 10**400}, "#/title", "invalid"),
        ({"title": {}}, "#/title", "invalid"),
        ({"title": None}, "#/title", "null"),
        ({"title": "x" * 201}, "#/title", "max_length"),
        ({"media": "hologram"}, "#/media", "invalid_choice"),
    ],
)
def test_a_field_that_is_not_valid_is_named(erp: Api, body: Any, pointer: str, code: str) -> None:
    errors = assert_problem(erp("POST", "calls/", body), 422, "invalid")["errors"]
    assert (errors[0]["pointer"], errors[0]["code"]) == (pointer, code)
    assert not Call.objects.exists()


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("state=asleep", "state"),
        ("stat=waiting", "stat"),
        ("limit=0", "limit"),
        ("limit=" + "9" * 1_500, "limit"),
        ("from=yesterday", "from"),
        ("from=9999-12-31T23:59:59-23:00", "from"),
        ("to=0001-01-01T00:00:00%2B23:00", "to"),
        ("queue=%00", "queue"),
        ("state=waiting&state=ended", "state"),
        ("cursor=abc", "cursor"),
    ],
)
def test_a_parameter_that_is_not_valid_is_named(erp: Api, query: str, parameter: str) -> None:
    errors = assert_problem(erp.get(f"calls/?{query}"), 422, "invalid")["errors"]
    assert errors[0]["parameter"] == parameter


def test_all_languages_fit(erp: Api) -> None:
    body = erp.post("calls/", {"title": "茶壺 🫖 café ‮"}).json()
    assert Call.objects.get(uuid=body["call"]).title == "茶壺 🫖 café ‮"


def test_the_other_statuses(erp: Api, core: Callable[..., None]) -> None:
    assert_problem(erp.get(f"calls/{uuid4()}/"), 404, "not_found")
    for path in ("", "nothing/", "calls", "calls/7/", "calls/7/cancel/", "admin/", "%0A"):
        assert_problem(erp.get(path), 404, "not_found")
    response = erp("DELETE", "calls/")
    assert_problem(response, 405, "method_not_allowed")
    assert "POST" in response["Allow"]
    assert_problem(erp.get("calls/", Accept="text/html"), 406, "not_acceptable")
    given = {"data": b"title=x", "content_type": "application/x-www-form-urlencoded"}
    assert_problem(erp.client.post("/api/v1/calls/", **given, headers=erp.headers), 415, "unsupported_media_type")
    core(API_BODY_BYTES=100)
    assert_problem(erp.post("calls/", {"title": "x" * 100}), 413, "too_large")
    core(API_BODY_BYTES=100)
    assert erp.post("calls/", {"title": "x" * 10}).status_code == 201
    chunked = erp.client.generic("POST", "/api/v1/calls/", headers={**erp.headers, "Transfer-Encoding": "chunked"})
    assert_problem(chunked, 411, "length_required")


def test_the_hosts_own_limit_is_told_as_ours(erp: Api, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 50
    assert_problem(erp.post("calls/", {"title": "x" * 100}), 413, "too_large")


def test_what_nobody_expected_is_a_500_that_tells_nothing(erp: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the secret of the database")

    monkeypatch.setattr(CallViewSet, "list", broken)
    erp.client.raise_request_exception = False
    response = erp.get("calls/")
    assert_problem(response, 500, "internal")
    assert b"secret" not in response.content


def test_answers_are_not_kept_by_caches(erp: Api) -> None:
    response = erp.get("calls/")
    assert response["Cache-Control"] == "no-store" and "Origin" in response["Vary"]


def test_the_hosts_rest_framework_is_its_own(erp: Api, settings: Any) -> None:
    settings.REST_FRAMEWORK = {
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.BrowsableAPIRenderer"],
        "EXCEPTION_HANDLER": "tests.nowhere",
        "URL_FORMAT_OVERRIDE": "format",
        "DATETIME_FORMAT": "%s",
        "UNAUTHENTICATED_USER": None,
    }
    assert_problem(erp.get("calls/?format=api"), 422, "invalid")
    body = erp.post("calls/", {})
    assert body.status_code == 201 and json.loads(body.content)["requested"].endswith("Z")
