"""What every view of the API is: its own rules on every point, so that the host's REST_FRAMEWORK settings are free."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.cache import patch_vary_headers
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from .. import conf
from ..requests import address_of
from ..services import audit, rates
from . import idempotency, problems, throttles
from .actors import Actor, actor_of
from .authentication import HeaderAuthentication, StaffSessionAuthentication
from .parsing import Negotiation, StrictJSON, check_size
from .permissions import Door, Need
from .problems import QueryInvalid
from .serializers import Strict

EXPOSED = "Idempotency-Replayed, Location, RateLimit, RateLimit-Policy, Retry-After"


class ApiViewSet(ViewSet):
    """Base of the core's and the leaves' viewsets.

    `needs`: action -> Need. `public`: actions without credentials. `enums`: names of choices in the OpenAPI document.
    """

    needs: ClassVar[dict[str, Need]] = {}
    public: ClassVar[frozenset[str]] = frozenset()
    enums: ClassVar[dict[str, Any]] = {}
    lookup_value_converter = "uuid"
    lookup_field = "uuid"
    renderer_classes = [JSONRenderer]
    parser_classes = [StrictJSON]
    authentication_classes = [HeaderAuthentication, StaffSessionAuthentication]
    permission_classes = [Door]
    throttle_classes = [throttles.WindowThrottle]
    content_negotiation_class = Negotiation
    metadata_class = None
    versioning_class = None
    pagination_class = None
    schema = None  # not in the host's own OpenAPI document
    window: rates.Window | None = None

    def get_exception_handler(self) -> Any:
        return problems.respond

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Counted first, then judged: who is refused has asked too."""
        if request.method == "OPTIONS":
            return
        self.format_kwarg = None
        request.version = request.versioning_scheme = None
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request)
        check_size(request)  # reads the body, which the CSRF check may want as a form
        self.perform_authentication(request)
        self.check_throttles(request)
        self.check_permissions(request)
        if request.method == "POST" and hasattr(self, "post") and isinstance(request.auth, Actor):
            self.post = idempotency.once(self.post)  # type: ignore[has-type]

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Also the preflight of pages on other origins (customers' tokens)."""
        return Response(status=204)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        patch_vary_headers(response, ["Origin"])
        if self.window is not None:
            throttles.headers(response, self.window)
        origin = request.headers.get("Origin", "")
        if origin and origin in conf.core().ALLOWED_ORIGINS:
            # Without credentials: cookies of other origins count for nothing here, tokens are sent as a header.
            response["Access-Control-Allow-Origin"] = origin
            response["Access-Control-Allow-Headers"] = "Authorization, Content-Type, Idempotency-Key"
            response["Access-Control-Allow-Methods"] = "GET, POST, PATCH"
            response["Access-Control-Expose-Headers"] = EXPOSED
            response["Access-Control-Max-Age"] = "600"
        return response

    @property
    def actor(self) -> Actor:
        return actor_of(self.request)

    def body(self, serializer: type[Strict]) -> dict[str, Any]:
        """The valid body. Raises ValidationError (422), ParseError (400)."""
        given = serializer(data=self.request.data)
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)

    def query(self, serializer: type[Strict]) -> dict[str, Any]:
        """The valid query string. Raises QueryInvalid (422)."""
        given = self.request.query_params
        twice = {name: ["Given more than once."] for name, values in given.lists() if len(values) > 1}
        if twice:
            raise QueryInvalid(twice)
        checked = serializer(data=given.dict())
        if not checked.is_valid():
            raise QueryInvalid(checked.errors)
        return dict(checked.validated_data)

    def note(self, action: str, *, target: str = "", call: Any = None, **data: Any) -> None:
        """An audit entry of what this request has done or seen."""
        audit.record(
            action,
            user_id=self.actor.user_id,
            actor=self.actor.key,
            address=address_of(self.request._request),
            call=call,
            target=target,
            **data,
        )
