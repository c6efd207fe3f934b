"""Who is calling: the shop's login, an identity signed by the host, or a guest with a key of his own."""

from __future__ import annotations

import secrets

from django.db import IntegrityError, transaction

from ..models import Visitor


def for_user(user_id: int, *, name: str = "") -> Visitor:
    """The visitor of a logged-in customer, made at the first call."""
    visitor = Visitor.objects.filter(user_id=user_id).first()
    if visitor is None:
        visitor, _ = Visitor.objects.get_or_create(user_id=user_id, defaults={"name": name[:120]})
    elif name and visitor.name != name[:120]:
        visitor.name = name[:120]
        visitor.save(update_fields=["name"])
    return visitor


def for_guest(key: str | None = None) -> Visitor:
    """The visitor of a guest key, or a new guest."""
    if key:
        known = Visitor.objects.filter(guest_key=key).first()
        if known is not None:
            return known
    try:
        with transaction.atomic():
            return Visitor.objects.create(guest_key=key or secrets.token_urlsafe(24))
    except IntegrityError:  # two tabs of one guest at once
        return Visitor.objects.get(guest_key=key)
