"""Who asks: a machine client, a staff member with a session, or a customer with a signed token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, cast

from ..models import ApiClient, Visitor


@dataclass(frozen=True)
class Actor:
    """`key` names the actor in rates, idempotency keys and the audit: "c:<client>", "u:<user>" or "v:<visitor uuid>".

    One of client, user and visitor is set; beside a client also the user for whom it acts, if it has one.
    """

    kind: Literal["client", "user", "customer"]
    key: str
    client: ApiClient | None = None
    user: Any = None
    visitor: Visitor | None = None

    def may(self, scope: str, *permissions: str) -> bool:
        """A client needs the scope, and a user (also the one for whom it acts) any of the permissions."""
        if self.kind == "customer":
            return False
        if self.client is not None and scope not in self.client.scopes:
            return False
        return self.user is None or any(self.user.has_perm(permission) for permission in permissions)

    @property
    def personal(self) -> bool:
        """May read customers' names and phone numbers as they are, and the customer's own words."""
        return self.may("pii:read", "rtc_service.view_visitor")

    @property
    def storefront(self) -> str:
        """The only storefront whose calls concern this actor; empty: all."""
        return self.client.storefront if self.client is not None else ""

    @property
    def user_id(self) -> int | None:
        return None if self.user is None else int(self.user.pk)


def actor_of(request: Any) -> Actor:
    """The authenticated request's actor."""
    return cast(Actor, request.auth)
