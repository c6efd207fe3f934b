"""Every error as `application/problem+json` (RFC 9457), with the stable `code` that sockets use too."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.http import Http404, UnreadablePostError
from rest_framework import exceptions
from rest_framework.response import Response

from ..exceptions import RtcError

log = logging.getLogger("rtc_service.api")
CONTENT_TYPE = "application/problem+json"
CODES: list[tuple[type[Exception], int, str]] = [
    (exceptions.NotAuthenticated, 401, "not_authenticated"),
    (exceptions.AuthenticationFailed, 401, "token_refused"),
    (exceptions.PermissionDenied, 403, "not_allowed"),
    (PermissionDenied, 403, "not_allowed"),
    (exceptions.NotFound, 404, "not_found"),
    (Http404, 404, "not_found"),
    (exceptions.MethodNotAllowed, 405, "method_not_allowed"),
    (exceptions.NotAcceptable, 406, "not_acceptable"),
    (RequestDataTooBig, 413, "too_large"),
    (exceptions.UnsupportedMediaType, 415, "unsupported_media_type"),
    (exceptions.Throttled, 429, "throttled"),
    (exceptions.ParseError, 400, "bad_json"),
    (BadRequest, 400, "bad_request"),
    (SuspiciousOperation, 400, "bad_request"),
    (UnreadablePostError, 400, "bad_request"),
]


class Problem(exceptions.APIException):
    """An error of the API's own; `members` stand beside the standard ones, like the call that is open already."""

    status_code = 409
    default_code = "conflict"

    def __init__(
        self, detail: str, *, status: int = 0, code: str = "", retry_after: float | None = None, **members: Any
    ) -> None:
        super().__init__(detail, code or self.default_code)
        self.status_code = status or self.status_code
        self.code = code or self.default_code
        self.retry_after = retry_after
        self.members = members


class QueryInvalid(exceptions.ValidationError):
    """Errors of the query string; the errors name parameters."""


def respond(exc: Exception, context: dict[str, Any]) -> Response:
    """DRF's exception handler for our views: what went wrong, and nothing of how."""
    status, code, detail = _describe(exc)
    if status >= 500:
        # The host's error reporting listens to this signal; nobody is told more than a code.
        log.error("unexpected error in %s", type(context.get("view")).__name__, exc_info=exc)
        got_request_exception.send(sender=type(context.get("view")), request=context["request"]._request)
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    }
    if isinstance(exc, exceptions.ValidationError):
        body["errors"] = list(_errors(exc.detail, "parameter" if isinstance(exc, QueryInvalid) else "pointer"))
    wait = getattr(exc, "retry_after", None) or getattr(exc, "wait", None)
    if wait is not None:
        body["retry_after"] = wait
    body |= getattr(exc, "members", {})
    response = Response(body, status=status, content_type=CONTENT_TYPE)
    if wait is not None:
        response["Retry-After"] = str(max(1, math.ceil(wait)))
    if status == 401:
        response["WWW-Authenticate"] = getattr(exc, "auth_header", "Bearer")
    return response


def _describe(exc: Exception) -> tuple[int, str, str]:
    if isinstance(exc, RtcError):
        return exc.status, exc.code, exc.detail
    if isinstance(exc, Problem):
        return exc.status_code, exc.code, str(exc.detail)
    if isinstance(exc, exceptions.ValidationError):
        return 422, "invalid", "Some values are not valid: see errors."
    for kind, status, code in CODES:
        if isinstance(exc, kind):
            own = getattr(exc, "code", None)
            detail = str(exc.detail) if isinstance(exc, exceptions.APIException) else HTTPStatus(status).phrase
            return status, own if isinstance(own, str) else code, detail
    return 500, "internal", "Something went wrong here; it has been noted."


def _errors(detail: Any, where: str, path: str = "") -> Iterator[dict[str, str]]:
    """A field's path as a JSON pointer (RFC 6901) in the body, or as a parameter's name."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            own = path if name == "non_field_errors" else f"{path}/{str(name).replace('~', '~0').replace('/', '~1')}"
            yield from _errors(inner, where, own)
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, dict | list)
            yield from _errors(inner, where, f"{path}/{index}" if nested else path)
    else:
        place = f"#{path}" if where == "pointer" else path.removeprefix("/")
        yield {where: place, "code": str(getattr(detail, "code", "invalid")), "detail": str(detail)}
