"""The OpenAPI document, and what every other path under the API answers."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any, ClassVar

from rest_framework.exceptions import NotFound
from rest_framework.response import Response

from .base import ApiViewSet


class DocumentViewSet(ApiViewSet):
    """For everybody: it tells how to ask, not what is there."""

    public: ClassVar[frozenset[str]] = frozenset({"list"})

    def list(self, request: Any) -> Response:
        if find_spec("drf_spectacular") is None:
            raise NotFound('The document needs the extra "api": pip install "django-rtc-service[api]".')
        from .openapi import document  # the library is optional

        return Response(document())


class MissingViewSet(ApiViewSet):
    """A problem, where the host would answer with a page."""

    public: ClassVar[frozenset[str]] = frozenset({"missing"})

    def missing(self, request: Any, **_: Any) -> Response:
        raise NotFound("There is nothing here. Paths end with a slash.")
