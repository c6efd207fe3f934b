"""The three ways to say who asks. All of them put an `Actor` into `request.auth`.

Authorization: Bearer rtc_<prefix>_<secret>     a machine client (manage.py rtc_api_key)
Authorization: Identity <token>                 a customer of the shop: rtc_service.tokens.identity, one hour
Authorization: Guest <token>                    a guest: the `guest` of an earlier answer
(none of these)                                 the Django session of a staff member, with CSRF protection
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import PermissionDenied

from .. import conf, tokens
from ..exceptions import RtcError, TokenRefused
from ..models import Visitor
from ..requests import address_of
from ..services import api_clients, audit, rates, visitors
from ..signalling.limits import network, origin_allowed
from .actors import Actor
from .problems import Problem

Found = tuple[Any, Actor]
SERVING = "rtc_service.take_calls"  # opens one's own calls and tickets, as the workbench does


class HeaderAuthentication(BaseAuthentication):
    """The Authorization header. Other schemes are left alone: a staging site's own log-in may use them."""

    def authenticate(self, request: Any) -> Found | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        find = {"bearer": _client, "identity": _identity, "guest": _guest}.get(scheme.lower())
        if find is None:
            return None
        try:
            actor = find(token.strip())
        except TokenRefused as error:
            raise _refused(request, scheme.lower(), error) from None
        if actor.kind == "customer":
            _check_origin(request)
        return actor.user, actor

    def authenticate_header(self, request: Any) -> str:
        return "Bearer, Identity, Guest"


class StaffSessionAuthentication(SessionAuthentication):
    """A log-in of the host's; unsafe methods need the CSRF token. The second factor counts as it does in the admin."""

    def authenticate(self, request: Any) -> Found | None:
        found = super().authenticate(request)
        if found is None or not found[0].is_authenticated:
            return None
        user = found[0]
        if conf.core().ADMIN_REQUIRES_OTP and _beyond_the_workbench(user, request):
            check = getattr(user, "is_verified", None)
            if not (check and check()):
                text = "Verify your second factor in the admin first."
                raise Problem(text, status=403, code="second_factor_required")
        return user, Actor("user", f"u:{user.pk}", user=user)

    def enforce_csrf(self, request: Any) -> None:
        try:
            super().enforce_csrf(request._request)  # DRF's would parse the body
        except PermissionDenied as error:
            raise Problem(str(error.detail), status=403, code="csrf_failed") from None


def _beyond_the_workbench(user: Any, request: Any) -> bool:
    """Does the user see or do more here than serving allows? The admin shows that behind the second factor only."""
    view = request.parser_context["view"]
    need = view.needs.get(getattr(view, "action", None) or "")
    asked = {"rtc_service.view_call", "rtc_service.view_visitor", *(need.permissions if need is not None else ())}
    return any(user.has_perm(permission) for permission in asked - {SERVING})


def visitor_of_identity(token: str) -> Visitor:
    """The customer whom the host has signed for. Raises TokenRefused."""
    claims = tokens.read_identity(token)
    user_id = claims.get("u")
    if not isinstance(user_id, int) or not get_user_model().objects.filter(pk=user_id, is_active=True).exists():
        raise TokenRefused("the identity token names no customer")
    return visitors.for_user(user_id, name=str(claims.get("n", "")))


def _client(token: str) -> Actor:
    client = api_clients.of_key(token)
    return Actor("client", f"c:{client.pk}", client=client, user=client.user)


def _identity(token: str) -> Actor:
    return _customer(visitor_of_identity(token))


def _guest(token: str) -> Actor:
    return _customer(visitors.for_guest(tokens.read_guest(token)))


def _customer(visitor: Visitor) -> Actor:
    return Actor("customer", f"v:{visitor.uuid}", visitor=visitor)


def _check_origin(request: Any) -> None:
    """A customer's token is used by pages: only those on the list, as for the session of a socket."""
    origin = request.headers.get("Origin", "")
    if origin and not origin_allowed(origin, request.get_host(), conf.core().ALLOWED_ORIGINS):
        raise Problem("this origin is not in ALLOWED_ORIGINS", status=403, code="origin_refused")


def _refused(request: Any, scheme: str, error: RtcError) -> RtcError | Problem:
    """Counted per address before it is noted, so that nobody fills the audit; a good key never waits for it."""
    address = address_of(request)
    window = rates.hit("failures", network(address), conf.core().API_FAILURE_RATE)
    if not window.passed:
        text = "too many refused credentials from this address"
        return Problem(text, status=429, code="throttled", retry_after=window.reset)
    audit.record("api.refused", address=address, target=scheme)
    return error
