"""The OpenAPI document (drf-spectacular, extra "api"), made once per process.

A generator of our own: the host's SPECTACULAR_SETTINGS and schema are neither used nor touched.
"""

from __future__ import annotations

import inspect
from typing import Any

from django.utils import translation
from drf_spectacular.generators import EndpointEnumerator, SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import normalize_result_object, sanitize_result_object

from . import problems
from .base import ApiViewSet
from .schema import Doc
from .serializers import ProblemShape, Strict

READ_ERRORS = (401, 403, 404, 406, 422, 429, 500)
WRITE_ERRORS = (400, 401, 403, 404, 406, 409, 411, 413, 415, 422, 429, 500)
TITLE = "Live video customer service"
DESCRIPTION = (
    "Calls, ratings, tickets and the metadata of recordings. Errors are RFC 9457 problems with a stable `code`."
)
SECURITY = {
    "client": {"type": "http", "scheme": "bearer", "description": "Key of a machine client: rtc_<prefix>_<secret>"},
    "customer": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "`Identity <token>` that the host has signed for its customer, or `Guest <token>`",
    },
    "session": {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": "Staff; CSRF token for writing"},
}
KEY_PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key with the same request gives the first one's answer, for a day.",
    "schema": {"type": "string", "pattern": r"^[\x21\x23-\x7e]{1,100}$"},
}


class Schema(AutoSchema):
    """Reads what `documented` has put on the action."""

    @property
    def doc(self) -> Doc:
        found: Doc = getattr(self.view, self.view.action).rtc_doc
        return found

    def get_operation_id(self) -> str:
        return self.doc.name

    def get_summary(self) -> str:
        return self.doc.summary

    def get_description(self) -> str:
        return inspect.getdoc(getattr(self.view, self.view.action)) or ""

    def get_tags(self) -> list[str]:
        return [self.doc.name.partition("_")[0]]

    def get_override_parameters(self) -> list[Any]:
        return [self.doc.query] if self.doc.query else []

    def get_request_serializer(self) -> Any:
        return self.doc.body

    def get_response_serializers(self) -> Any:
        return {self.doc.status: self.doc.answer}

    def get_auth(self) -> list[dict[str, Any]]:
        need = self.view.needs.get(self.view.action)
        if need is None:
            return [{}]
        found: list[dict[str, Any]] = [{"client": []}] if need.scope else []
        found += [{"customer": []}] if need.customer else []
        return found + ([{"session": []}] if need.permissions and not need.clients_only else [])

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        return type(serializer).__name__.removesuffix("Shape")

    def _is_list_view(self, serializer: Any = None) -> bool:
        return False  # a page is an object

    def _get_request_for_media_type(self, serializer: Any, direction: Any = "request") -> Any:
        # A PATCH body says itself what may be left out; the library would let everything be.
        method, self.method = self.method, "POST"  # type: ignore[has-type]
        try:
            return super()._get_request_for_media_type(serializer, direction)
        finally:
            self.method = method

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        mapped = super()._map_basic_serializer(serializer, direction)
        if isinstance(serializer, Strict) or (isinstance(serializer, type) and issubclass(serializer, Strict)):
            mapped["additionalProperties"] = False
        return mapped

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        writes = self.method in ("POST", "PATCH")
        for status in {*(WRITE_ERRORS if writes else READ_ERRORS), *self.doc.wrong}:
            operation["responses"][str(status)] = {"$ref": "#/components/responses/Problem"}
        operation["responses"] = dict(sorted(operation["responses"].items()))
        if self.method == "POST":
            operation["parameters"] = [*operation.get("parameters", []), KEY_PARAMETER]
        need = self.view.needs.get(self.view.action)
        if need is not None and need.scope:
            operation["x-scope"] = need.scope
        _example(operation["responses"][str(self.doc.status)], self.doc.example)
        _example(operation.get("requestBody", {}), self.doc.body_example)
        return operation


def _example(holder: dict[str, Any], example: dict[str, Any] | None) -> None:
    if example is not None:
        for content in holder.get("content", {}).values():
            content["example"] = example


class Endpoints(EndpointEnumerator):
    def should_include_endpoint(self, path: str, callback: Any) -> bool:
        """Ours that are documented. They hide from the host's own document (`schema = None`)."""
        cls = getattr(callback, "cls", None)
        actions = getattr(callback, "actions", {}).values()
        return (
            cls is not None
            and issubclass(cls, ApiViewSet)
            and any(hasattr(getattr(cls, action), "rtc_doc") for action in actions)
        )


class Generator(SchemaGenerator):
    endpoint_inspector_cls = Endpoints

    def create_view(self, callback: Any, method: str, request: Any = None) -> Any:
        view = super().create_view(callback, method, request)
        view.schema = self._last = Schema()
        view.schema.view = view
        return view

    def document(self) -> dict[str, Any]:
        """Paths, components, and the one answer that stands for every error."""
        paths = self.parse(None, True)
        self._last.resolve_serializer(ProblemShape, "response")  # no action answers with it
        components = self.registry.build({})
        components["securitySchemes"] = SECURITY
        content = {problems.CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        components["responses"] = {"Problem": {"description": "What went wrong (RFC 9457)", "content": content}}
        _name_choices(paths, components, self._choices())
        info = {"title": TITLE, "version": "1", "description": DESCRIPTION}
        root = {"openapi": "3.0.3", "info": info, "paths": paths, "components": components}
        return dict(sanitize_result_object(normalize_result_object(root)))

    def _choices(self) -> dict[tuple[str, ...], str]:
        found: dict[tuple[str, ...], str] = {}
        for _path, _regex, _method, callback in self.endpoints or ():
            for name, kind in callback.cls.enums.items():
                found[tuple(sorted(kind))] = name
        return found


def _name_choices(paths: Any, components: dict[str, Any], names: dict[tuple[str, ...], str]) -> None:
    """Choices become components under the names that the views gave them, so that a new field renames nothing."""
    schemas = components["schemas"]

    def walk(node: Any) -> None:
        for key, inner in list(node.items() if isinstance(node, dict) else enumerate(node)):
            values = sorted(filter(None, inner.get("enum", ()))) if isinstance(inner, dict) else []
            name = names.get(tuple(values))
            if isinstance(inner, dict) and name is not None:
                schemas[name] = {"type": "string", "enum": values}
                node[key] = _reference(name, inner)
            elif isinstance(inner, dict | list):
                walk(inner)

    walk(paths)
    walk({name: schema for name, schema in schemas.items() if name not in names.values()})


def _reference(name: str, replaced: dict[str, Any]) -> dict[str, Any]:
    reference = {"$ref": f"#/components/schemas/{name}"}
    if "" in replaced["enum"]:
        return {"oneOf": [reference, {"type": "string", "enum": [""]}]}
    kept = {key: value for key, value in replaced.items() if key in ("nullable", "description", "readOnly", "default")}
    return {"allOf": [reference], **kept} if kept else reference


_made: dict[str, Any] = {}


def document() -> dict[str, Any]:
    """The document of the URLs that this project includes."""
    if not _made:
        with translation.override("en"):
            _made.update(Generator(urlconf=None).document())
    return _made
