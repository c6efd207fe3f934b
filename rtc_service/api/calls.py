"""Calls: request one, look, cancel, rate, read the log."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any, ClassVar
from uuid import UUID

from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from .. import tokens
from ..crypto import derive
from ..exceptions import AlreadyInCall, Conflict, TokenRefused
from ..models import Call, Visitor
from ..requests import socket_url
from ..services import calls, timeline, visitors
from ..signalling.protocol import CallRequest
from ..states import CallState, EndReason, Role
from . import call_shapes as shapes
from . import examples, idempotency, reach
from .authentication import visitor_of_identity
from .base import ApiViewSet
from .pages import page
from .permissions import Need
from .problems import Problem
from .schema import documented
from .serializers import Nothing, within

ANY = ("rtc_service.view_call", "rtc_service.take_calls")


class CallViewSet(ApiViewSet):
    """Machine clients and staff see what `reach.calls` gives them, customers their own."""

    enums: ClassVar[dict[str, Any]] = {
        "CallState": CallState.values,
        "EndReason": EndReason.values,
        "CallMedia": shapes.MEDIA,
    }
    needs: ClassVar[dict[str, Need]] = {
        "create": Need("calls:write", ("rtc_service.change_call",), customer=True, clients_only=True),
        "list": Need("calls:read", ANY, customer=True),
        "retrieve": Need("calls:read", ANY, customer=True),
        "cancel": Need("calls:write", ("rtc_service.change_call",), customer=True),
        "rating": Need(customer=True),
        "events": Need("calls:read", ANY, customer=True),
    }

    @documented(
        "calls_create",
        "Request a call",
        shapes.NewCallShape,
        status=201,
        body=shapes.CallBody,
        example=examples.NEW_CALL,
        body_example=examples.CALL_BODY,
    )
    def create(self, request: Any) -> Response:
        """For the customer of the token, or for the one whom a machine client names. The customer's side then goes on
        over the socket of `session`, within LEASE_SECONDS + LOST_SECONDS. Who has an open call gets it with the 409."""
        given = shapes.CallBody(data=request.data)
        given.is_valid(raise_exception=True)
        visitor = self._visitor(given.validated_data)
        try:
            call, _leg = calls.request(visitor, self._body(given))
        except AlreadyInCall as error:
            standing = calls.open_call_of(visitor)
            if standing is None or not self._may_see(standing):
                raise
            raise Problem(error.detail, code=error.code, call=shapes.one(standing, self.actor)) from None
        if self.actor.client is not None:
            self.note("api.call.requested", call=call.uuid)
        answer = {**shapes.one(call, self.actor), "session": self._session(visitor)}
        return Response(answer, status=201, headers={"Location": f"{request.path}{call.uuid}/"})

    @documented("calls_list", "Calls, newest first", shapes.CallPageShape, query=shapes.CallQuery)
    def list(self, request: Any) -> Response:
        query = self.query(shapes.CallQuery)
        rows = within(reach.calls(self.actor), "requested", query)
        rows = rows.filter(**{name: query[name] for name in ("state", "queue") if name in query})
        found, cursor = page(rows, "requested", query)
        if self.actor.personal:
            self.note("api.calls.listed", count=len(found))
        return Response({"results": shapes.calls(found, self.actor), "next": cursor})

    @documented("calls_retrieve", "One call", shapes.OneCallShape, example=examples.CALL)
    def retrieve(self, request: Any, uuid: UUID) -> Response:
        call = reach.call(self.actor, uuid)
        if self.actor.personal:
            self.note("api.call.viewed", call=call.uuid)
        return Response(shapes.one(call, self.actor))

    @documented("calls_cancel", "End a call", shapes.OneCallShape, body=Nothing)
    @action(["post"], detail=True)
    def cancel(self, request: Any, uuid: UUID) -> Response:
        """By the customer or a client in the customer's name: before the answer it is cancelled, afterwards hung up. By
        staff who may change calls: ended by force. Raises 409 when it has ended already."""
        self.body(Nothing)
        call = reach.call(self.actor, uuid)
        if self.actor.kind == "user":
            ended = calls.end(call, reason=EndReason.FORCED)
            action = "call.forced"
        else:
            leg = call.participants.filter(role=Role.CUSTOMER).order_by("-pk").first()
            ended = leg is not None and calls.hang_up(call, by=leg)
            action = "api.call.cancelled"
        if not ended:
            raise Conflict("the call has ended already")
        if self.actor.kind != "customer":
            self.note(action, call=call.uuid)
        return Response(shapes.one(reach.call(self.actor, uuid), self.actor))

    @documented("calls_rating", "Rate a call", shapes.GivenRatingShape, body=shapes.RatingBody)
    @action(["post"], detail=True)
    def rating(self, request: Any, uuid: UUID) -> Response:
        """By its customer, once somebody had answered; the last one given counts."""
        given = self.body(shapes.RatingBody)
        call = reach.call(self.actor, uuid)
        leg = call.participants.filter(role=Role.CUSTOMER).order_by("-pk").first()
        if leg is None:
            raise Conflict("nobody had answered this call")
        rating = calls.rate(call, score=given["score"], comment=given.get("comment", ""), by=leg)
        return Response({"call": str(call.uuid), "score": rating.score, "comment": rating.comment})

    @documented("calls_events", "The call's log", shapes.EventPageShape, query=shapes.EventQuery)
    @action(["get"], detail=True)
    def events(self, request: Any, uuid: UUID) -> Response:
        """In order, without gaps. What an actor may not see keeps its seq and says nothing."""
        query = self.query(shapes.EventQuery)
        call = reach.call(self.actor, uuid)
        role = "customer" if self.actor.kind == "customer" else "staff"
        rows = timeline.rows(call.uuid, query.get("after", 0), query.get("limit", 500))
        words = self._reads_chat()
        if words and self.actor.kind != "customer":
            self.note("api.events.viewed", call=call.uuid)
        results = [shapes.event(timeline.visible(row, role), words) for row in rows]
        return Response({"results": results, "last_seq": call.last_seq})

    def _reads_chat(self) -> bool:
        """Who was on the call has read it there; others need the right."""
        if self.actor.kind == "customer":
            return True
        if self.actor.kind == "user" and not self.actor.user.has_perm("rtc_service.view_call"):
            return True  # reach: only calls of their own
        return self.actor.may("pii:read", "rtc_service.view_message")

    def _may_see(self, call: Call) -> bool:
        return reach.calls(self.actor).filter(pk=call.pk).exists()

    def _body(self, given: shapes.CallBody) -> CallRequest:
        body = given.request()
        own = self.actor.storefront
        if own and body.storefront not in ("", own):
            raise ValidationError({"storefront": f"This client is of the storefront {own}."})
        if own:
            body.storefront = own
        return body

    def _visitor(self, given: dict[str, Any]) -> Visitor:
        identity, guest = given.get("identity", ""), given.get("guest", "")
        if self.actor.visitor is not None:
            named = {name: "Your token says who you are." for name in ("identity", "guest") if given.get(name)}
            if named:
                raise ValidationError(named)
            return self.actor.visitor
        if identity and guest:
            raise ValidationError({"guest": "Either identity or guest."})
        try:
            if identity:
                return visitor_of_identity(identity)
            if guest:
                return visitors.for_guest(tokens.read_guest(guest))
        except TokenRefused as error:
            raise ValidationError({"identity" if identity else "guest": error.detail}) from None
        # Named after the idempotency key, if there is one: a request that is begun anew is the same guest's.
        return visitors.for_guest(_guest_key(idempotency.name(self.request)))

    def _session(self, visitor: Visitor) -> dict[str, Any]:
        # Bound to the page's origin where a page asks; a backend hands the token on to a page of its own.
        origin = self.request.headers.get("Origin", "") if self.actor.kind == "customer" else ""
        return {
            "token": tokens.hello(f"v:{visitor.uuid}", "customer", origin=origin),
            "ws": socket_url(self.request._request),
            "guest": tokens.guest(visitor.guest_key) if visitor.guest_key else None,
        }


def _guest_key(name: UUID) -> str:
    """32 characters that nobody can tell from the name."""
    return hmac.new(derive("api.guest"), name.bytes, hashlib.sha256).hexdigest()[:32]
