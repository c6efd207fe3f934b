"""What an action needs, said beside the view and checked in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rest_framework.permissions import BasePermission

from .actors import Actor


@dataclass(frozen=True)
class Need:
    """Who may use an action: clients with the scope, users with any of the permissions, customers.

    A user without permissions here (`()`) may not use it; a client that acts for a user needs both.
    """

    scope: str = ""
    permissions: tuple[str, ...] = ()
    customer: bool = False
    clients_only: bool = False  # not for sessions of staff

    def met(self, actor: Actor) -> bool:
        if actor.kind == "customer":
            return self.customer
        if not self.scope or (self.clients_only and actor.kind == "user"):
            return False
        return actor.may(self.scope, *self.permissions)


class Door(BasePermission):
    """`view.needs[action]`. Without credentials DRF makes a 401 of the refusal, with them it is a 403."""

    message = "Your credentials do not allow this."

    def has_permission(self, request: Any, view: Any) -> bool:
        action = getattr(view, "action", None)
        if action is None or view.needs.get(action) is None:  # a method that the resource does not have: 405
            return action is None or action in view.public
        return isinstance(request.auth, Actor) and view.needs[action].met(request.auth)
