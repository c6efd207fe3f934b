"""What the OpenAPI document promises, held against the running API with made-up requests, good and bad ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis import checks

from recordings.models import Recording
from rtc_service.api.openapi import document
from rtc_service.models import Call
from tests.api.conftest import Api, customer_api
from tests.api.test_recordings import recording
from tickets.services import opening

__all__ = ["recording"]
PROMISES = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.unsupported_method,
]
EXAMPLES = settings(
    max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)


# A body that is too long is refused as that, whatever else is wrong with it.
REFUSED = ["400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "429"]
CONFIG = schemathesis.Config.from_dict({"checks": {"negative_data_rejection": {"expected-statuses": REFUSED}}})
promised = schemathesis.openapi.from_dict(document(), config=CONFIG)
promised.app = get_wsgi_application()


@pytest.fixture(autouse=True)
def open_doors(db: None, core: Any) -> Iterator[None]:
    # As Django's own test client does: the test's transaction holds the connection.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    rates = (
        "API_CLIENT_RATE",
        "API_ADDRESS_RATE",
        "API_CUSTOMER_RATE",
        "API_FAILURE_RATE",
        "CALLS_PER_HOUR",
        "QUEUE_LIMIT",
    )
    core(**dict.fromkeys(rates, 10**6))
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def known(recording: Recording) -> dict[str, str]:
    """What stands: a call with its recording and ticket."""
    return {
        "calls": str(recording.call.uuid),
        "recordings": str(recording.uuid),
        "tickets": str(opening.open_for_call(recording.call).uuid),
    }


def meet(case: Any, known: dict[str, str]) -> None:
    """Half of the identifiers become ones that stand, or nearly every answer would be 404."""
    try:
        if UUID(case.path_parameters["uuid"]).int % 2:
            case.path_parameters["uuid"] = known[case.operation.path.split("/")[3]]
    except (KeyError, TypeError, ValueError):
        pass  # no identifier here, or one that is meant to be none


@EXAMPLES
@promised.parametrize()
def test_for_a_machine_client(case: Any, erp: Api, known: dict[str, str]) -> None:
    meet(case, known)
    case.call_and_validate(headers=erp.headers, checks=PROMISES)


@EXAMPLES
@promised.include(path_regex="/calls/").parametrize()
def test_for_a_customer(case: Any, known: dict[str, str]) -> None:
    meet(case, known)
    visitor = Call.objects.get(uuid=known["calls"]).visitor
    case.call_and_validate(headers=customer_api(visitor).headers, checks=PROMISES)


@EXAMPLES
@promised.parametrize()
def test_for_nobody(case: Any, known: dict[str, str]) -> None:
    meet(case, known)
    response = case.call(headers={})
    case.validate_response(response, checks=PROMISES)
    assert response.status_code >= 400 or case.method == "OPTIONS"
