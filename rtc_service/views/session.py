"""Tokens for the socket: for a customer (the shop's log-in, a signed identity, or a guest) and for staff."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required, permission_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from .. import conf, tokens
from ..exceptions import BadRequest, Flood, NotYours, RtcError
from ..models import Visitor
from ..requests import address_of, socket_url
from ..services import audit, visitors
from ..signalling.limits import network, origin_allowed

View = Callable[..., HttpResponse]


def cross_origin(view: View) -> View:
    """CORS for the listed origins, a 403 with an audit row for other pages, and RtcErrors as JSON.

    Every origin may read its answer, and so passes the preflight: a widget that must not call can then say why.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        origin = request.headers.get("Origin", "")
        allowed = conf.core().ALLOWED_ORIGINS
        try:
            if request.method == "OPTIONS":
                response = HttpResponse(status=204)
            elif origin and not origin_allowed(origin, request.get_host(), allowed):
                raise _foreign(request, origin)
            else:
                response = view(request, *args, **kwargs)
        except RtcError as error:
            response = JsonResponse({"code": error.code, "detail": error.detail}, status=error.status)
        patch_vary_headers(response, ["Origin"])
        if origin:
            response["Access-Control-Allow-Origin"] = origin
            response["Access-Control-Allow-Headers"] = "Content-Type"
            response["Access-Control-Allow-Methods"] = "GET, POST"
            response["Access-Control-Max-Age"] = "600"
        if origin in allowed:
            response["Access-Control-Allow-Credentials"] = "true"
        return response

    return wrapped


def _foreign(request: HttpRequest, origin: str) -> RtcError:
    """The refusal of a page that is not on the list; counted first, so that nobody fills the audit log."""
    _limit(request)
    audit.record("session.refused.origin", address=address_of(request), origin=origin[:200])
    return NotYours("this origin is not in ALLOWED_ORIGINS", code="origin_refused")


@csrf_exempt  # no cookie is trusted from a foreign page: the origin was checked above, and JSON forces a preflight
@cross_origin
@require_http_methods(["POST", "OPTIONS"])
def customer_session(request: HttpRequest) -> HttpResponse:
    """POST {identity?, guest?} -> {token, guest, ws}. The token opens one socket within a minute."""
    _limit(request)
    given = _json(request)
    visitor, session_key = _visitor(request, given)
    guest = tokens.guest(visitor.guest_key) if visitor.guest_key else None
    origin = request.headers.get("Origin", "")
    token = tokens.hello(f"v:{visitor.uuid}", "customer", origin=origin, session_key=session_key)
    response = JsonResponse({"token": token, "guest": guest, "ws": socket_url(request)})
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@login_required
@permission_required("rtc_service.take_calls", raise_exception=True)
def staff_session(request: HttpRequest) -> HttpResponse:
    """POST (Django session, CSRF) -> {token, ws}; the socket ends with the log-in."""
    origin = request.headers.get("Origin", "")
    token = tokens.hello(f"u:{request.user.pk}", "staff", origin=origin, session_key=_session_key(request))
    response = JsonResponse({"token": token, "ws": socket_url(request)})
    response["Cache-Control"] = "no-store"
    return response


def _json(request: HttpRequest) -> dict[str, Any]:
    if request.content_type != "application/json" or len(request.body) > 8_192:
        raise BadRequest("send a small JSON object as application/json")
    try:
        given = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        raise BadRequest("this is not JSON", code="bad_json") from None
    if not isinstance(given, dict) or not all(isinstance(value, str | None) for value in given.values()):
        raise BadRequest("send a JSON object of strings")
    return given


def _session_key(request: HttpRequest) -> str:
    """The log-in that a token comes from and ends with; none where the sessions live in the cookies themselves."""
    key = request.session.session_key or ""
    return key if len(key) <= 64 else ""


def _visitor(request: HttpRequest, given: dict[str, Any]) -> tuple[Visitor, str]:
    """Who asks, and the session that says so."""
    if given.get("identity"):
        claims = tokens.read_identity(given["identity"])
        if not get_user_model().objects.filter(pk=claims["u"], is_active=True).exists():
            raise NotYours("no such customer")
        return visitors.for_user(claims["u"], name=str(claims.get("n", ""))), ""
    if request.user.is_authenticated and request.user.pk is not None:
        name = request.user.get_full_name() or request.user.get_username()
        return visitors.for_user(request.user.pk, name=name), _session_key(request)
    if given.get("guest"):
        try:
            return visitors.for_guest(tokens.read_guest(given["guest"])), ""
        except RtcError:
            pass  # an expired guest is a new guest
    return visitors.for_guest(), ""


def _limit(request: HttpRequest) -> None:
    key = f"rtc:sessions:{network(address_of(request))}"
    cache.add(key, 0, 60)
    try:
        count = cache.incr(key)
    except ValueError:  # expired in between
        count = 1
    if count > conf.core().SESSIONS_PER_MINUTE:
        raise Flood("too many sessions from this address", retry_after=60)
