"""Read a request body: small, JSON, not deep, of characters that a database can hold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser

from .. import conf
from .problems import Problem


class Negotiation(DefaultContentNegotiation):
    """By the Accept header alone: a parameter `format` would be the host's setting, and one of our names is as good."""

    class settings:  # noqa: N801  DRF's name
        URL_FORMAT_OVERRIDE = None


class StrictJSON(BaseParser):
    """RFC 8259 in UTF-8, without the liberties that Python takes: no NaN, no name twice, no half characters."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        try:
            given = json.loads(stream.read().decode(), parse_constant=_no_constant, object_pairs_hook=_names_once)
        except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
            raise ParseError("This is not JSON as we read it.") from None
        _check(given, conf.core().API_JSON_DEPTH)
        return given


def check_size(request: Any) -> None:
    """Before the body is read where its length is told, and afterwards where it is not. Raises Problem 411, 413."""
    limit = conf.core().API_BODY_BYTES
    if request.META.get("HTTP_TRANSFER_ENCODING") and not request.META.get("CONTENT_LENGTH"):
        raise Problem("Send the body's length.", status=411, code="length_required")
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        raise Problem("Content-Length is not a number.", status=400, code="bad_request") from None
    if length > limit or len(request._request.body) > limit:
        raise Problem(f"A request body has {limit} bytes at most.", status=413, code="too_large")


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _names_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _check(given: Any, depth: int) -> None:
    if isinstance(given, str):
        if "\x00" in given or any("\ud800" <= character <= "\udfff" for character in given):
            raise ParseError("Text holds a NUL or half a character.")
    elif isinstance(given, dict | list):
        if depth == 0:
            raise ParseError(f"Lists and objects may be {conf.core().API_JSON_DEPTH} deep.")
        for inner in [*given, *given.values()] if isinstance(given, dict) else given:
            _check(inner, depth - 1)
