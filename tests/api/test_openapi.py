"""The OpenAPI document: complete, stable, and for everybody."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.urls import URLResolver, get_resolver

from rtc_service import registry
from rtc_service.api.base import ApiViewSet
from rtc_service.api.openapi import document
from tests.api.conftest import Api, assert_problem

ROOT = Path(__file__).resolve().parents[2]
OPERATIONS = {
    "calls_create",
    "calls_list",
    "calls_retrieve",
    "calls_cancel",
    "calls_rating",
    "calls_events",
    "tickets_create",
    "tickets_list",
    "tickets_retrieve",
    "tickets_update",
    "tickets_comments",
    "tickets_comment",
    "recordings_list",
    "recordings_retrieve",
}
CHOICES = {
    "CallMedia": {"video", "audio", "text"},
    "CallState": {"waiting", "ringing", "connecting", "active", "held", "ended"},
    "TicketPriority": {"low", "normal", "high", "urgent"},
    "TicketState": {"new", "open", "pending", "solved", "closed"},
    "TicketKind": {"call", "request"},
}


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    ]


def test_everybody_may_read_it(db: None) -> None:
    response = Api().get("openapi.json")
    assert response.status_code == 200 and response.json() == document()


def test_every_action_is_in_it_under_its_name() -> None:
    assert {operation["operationId"] for _path, _method, operation in operations()} == OPERATIONS


def test_every_view_of_ours_documents_every_action() -> None:
    found = []
    for pattern in get_resolver().url_patterns:
        if isinstance(pattern, URLResolver) and pattern.namespace == "rtc_api":
            found = [view.callback for view in pattern.url_patterns if hasattr(view.callback, "actions")]  # type: ignore[union-attr]
    assert len(found) >= 8
    for callback in found:
        view = callback.cls
        assert issubclass(view, ApiViewSet)
        for action in callback.actions.values():
            assert action in view.public or (hasattr(getattr(view, action), "rtc_doc") and action in view.needs)


def test_the_names_of_choices_stay() -> None:
    schemas = document()["components"]["schemas"]
    for name, values in CHOICES.items():
        assert set(schemas[name]["enum"]) == values
    assert not [name for name in schemas if name.endswith("Enum")]


def test_every_error_is_the_one_problem() -> None:
    for path, method, operation in operations():
        errors = {status: answer for status, answer in operation["responses"].items() if status >= "400"}
        assert {"401", "403", "404", "406", "422", "429", "500"} <= set(errors), (path, method)
        assert all(answer == {"$ref": "#/components/responses/Problem"} for answer in errors.values())
        if method in ("post", "patch"):
            assert {"400", "409", "413", "415"} <= set(errors)


def test_every_post_takes_a_key_and_every_scope_exists() -> None:
    scopes = {"calls:read", "calls:write", *(s for part in registry.get().apis.values() for s in part.scopes)}
    for _path, method, operation in operations():
        names = [parameter["name"] for parameter in operation.get("parameters", [])]
        assert ("Idempotency-Key" in names) == (method == "post")
        assert operation.get("x-scope", "calls:read") in scopes and operation["security"]


def test_what_must_be_sent_is_said() -> None:
    schemas = document()["components"]["schemas"]
    assert schemas["TicketPatch"]["required"] == ["version"]
    assert schemas["TicketBody"]["required"] == ["subject"]
    assert schemas["CallBody"]["additionalProperties"] is False


def test_the_page_for_people_names_every_operation_and_code() -> None:
    page = (ROOT / "docs" / "api.md").read_text()
    for path, method, _operation in operations():
        assert f"`{method.upper()} {path.removeprefix('/api/v1/')}`" in page
    from rtc_service.api import problems

    for _kind, _status, code in problems.CODES:
        assert f"`{code}`" in page
    for path in [*(ROOT / "rtc_service" / "api").glob("*.py"), ROOT / "tickets" / "api.py"]:
        for line in path.read_text().split('code="')[1:]:
            assert f"`{line.partition(chr(34))[0]}`" in page, path


def test_without_the_library_the_rest_goes_on(erp: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rtc_service.api.documents.find_spec", lambda name: None)
    body = assert_problem(Api().get("openapi.json"), 404, "not_found")
    assert "django-rtc-service[api]" in body["detail"]
    assert erp.get("calls/").status_code == 200


def test_the_library_is_imported_for_the_document_only() -> None:
    code = (
        "import sys; sys.modules['drf_spectacular'] = None\n"
        "import django; django.setup()\n"
        "assert 'rtc_service.api' not in sys.modules, 'not before the URLs are'\n"
        "import demo.urls\n"
        "print('rtc_service.api' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"DJANGO_SETTINGS_MODULE": "tests.settings", "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.strip() == "True", done.stderr
