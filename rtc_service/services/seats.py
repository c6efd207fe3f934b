"""The seat from which a person speaks: spend tokens, take the seat, renew it, give it up."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare

from .. import clock, conf, tokens
from ..exceptions import Conflict, OpenElsewhere, TokenRefused
from ..models import Call, Participant, Seat, SpentToken, Visitor
from ..states import OPEN, SERVICE_ROLES
from . import audit

log = logging.getLogger("rtc_service.seats")


@dataclass(frozen=True)
class Sitting:
    """A seat that was taken: who, with which fencing epoch, and the next resume token."""

    key: str
    role: str
    epoch: int
    resume_token: str
    visitor: Visitor | None
    user_id: int | None
    user_name: str
    session_key: str
    leg_id: int | None = None  # of a server-side peer, which speaks for this leg alone


def open_token(token: str, *, origin: str) -> dict[str, Any]:
    """Check a hello token and spend it. Raises TokenRefused."""
    claims = tokens.read_hello(token)
    if claims["o"] and origin and claims["o"] != origin:
        raise TokenRefused("the token was made for another origin")
    try:
        with transaction.atomic():
            SpentToken.objects.create(jti=claims["jti"], expires=clock.after(conf.core().TOKEN_SECONDS * 2))
    except IntegrityError:
        audit.record("token.replayed", actor=claims["key"])
        raise TokenRefused("the token was used before") from None
    return claims


def take(claims: dict[str, Any], *, tab: str, process: str, take_over: bool, resume_n: int | None = None) -> Sitting:
    """Move the seat to this socket. Raises OpenElsewhere while another tab is alive, TokenRefused for an old token."""
    visitor, user, name, leg_id = _person(claims["key"], claims["role"])
    seat, _ = Seat.objects.get_or_create(key=claims["key"])
    if resume_n is not None:
        _check_resume(seat, resume_n)
    # A fresh token names the log-in that it came from, a resume token goes on with it.
    session_key = str(claims.get("s", seat.session_key))
    if session_key and not session_alive(session_key, visitor.user if visitor else user):
        raise TokenRefused("the log-in has ended")
    alive = seat.lease_until is not None and seat.lease_until > clock.now()
    if alive and seat.tab != tab and not take_over and _in_use(visitor):
        raise OpenElsewhere("the call is open in another tab")
    issued = max(seat.resume_issued, resume_n or 0) + 1
    taken = Seat.objects.filter(pk=seat.pk, epoch=seat.epoch).update(
        epoch=seat.epoch + 1,
        tab=tab,
        process=process,
        session_key=session_key,
        lease_until=clock.after(conf.core().LEASE_SECONDS),
        resume_used=seat.resume_issued if resume_n is None else resume_n,
        resume_issued=issued,
    )
    if not taken:
        raise Conflict("two sockets asked for the same seat at once", code="try_again", retry_after=0.3)
    token = tokens.resume(claims["key"], claims["role"], issued)
    user_id = user.pk if user is not None else None
    return Sitting(claims["key"], claims["role"], seat.epoch + 1, token, visitor, user_id, name, session_key, leg_id)


def _in_use(visitor: Visitor | None) -> bool:
    """A customer's other tab that only stands ready for a click has nothing to lose."""
    return visitor is None or Call.objects.filter(visitor=visitor, state__in=OPEN).exists()


def _person(key: str, role: str) -> tuple[Visitor | None, Any, str, int | None]:
    kind, _, value = key.partition(":")
    if kind == "v" and role == "customer":
        visitor = Visitor.objects.select_related("user").filter(uuid=UUID(value)).first()
        if visitor is not None and (visitor.user is None or visitor.user.is_active):
            return visitor, None, visitor.name, None
    if kind == "u" and role == "staff":
        user = get_user_model().objects.filter(pk=int(value), is_active=True).first()
        if user is not None and user.has_perm("rtc_service.take_calls"):
            return None, user, user.get_full_name() or user.get_username(), None
    if kind == "s" and role in SERVICE_ROLES:
        leg = Participant.objects.filter(uuid=UUID(value), role=role, left__isnull=True).first()
        if leg is not None:
            return None, None, leg.name, leg.pk
    raise TokenRefused("nobody by this token")


def _check_resume(seat: Seat, n: int) -> None:
    """The newest token, or the one before it as long as its successor was never used (the answer may be lost)."""
    if n == seat.resume_issued or n == seat.resume_used:
        return
    # An older one again means a copy is about: close the live socket too and let the person start from a fresh token.
    revoke(seat.key)
    audit.record("token.reused", actor=seat.key)
    raise TokenRefused("an old resume token was used again", code="token_reused")


def session_alive(session_key: str, user: Any) -> bool:
    """Is the Django session still there, still this user's, and of the password that the user has now?"""
    store = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    if user is None or str(store.get(SESSION_KEY, "")) != str(user.pk):
        return False
    if not hasattr(user, "get_session_auth_hash"):  # a user model of the host's own
        return True
    made = str(store.get(HASH_SESSION_KEY, ""))
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return any(constant_time_compare(made, known) for known in hashes)


def renew(sittings: dict[str, int]) -> set[str]:
    """Renew the leases of seats {key: epoch}; returns the keys that were taken over meanwhile."""
    if not sittings:
        return set()
    until = clock.after(conf.core().LEASE_SECONDS)
    held = {
        key
        for key, epoch in Seat.objects.filter(key__in=sittings).values_list("key", "epoch")
        if sittings[key] == epoch
    }
    Seat.objects.filter(key__in=held).update(lease_until=until)
    return set(sittings) - held


def leave(key: str, epoch: int) -> bool:
    """The socket closed: free the seat if it is still this one's."""
    return bool(Seat.objects.filter(key=key, epoch=epoch).update(lease_until=clock.now() - timedelta(seconds=1)))


def revoke(key: str) -> None:
    """Close the person's sockets within a beat and void every token of the seat."""
    Seat.objects.filter(key=key).update(
        epoch=F("epoch") + 1, resume_used=F("resume_issued") + 1, resume_issued=F("resume_issued") + 2, lease_until=None
    )


def sweep() -> int:
    """Forget spent tokens that would have expired anyway."""
    return SpentToken.objects.filter(expires__lt=clock.now()).delete()[0]


def staff_allowed(user_id: int, session_key: str) -> bool:
    """Is this staff member's account active and the log-in alive?"""
    user = get_user_model().objects.filter(pk=user_id, is_active=True).first()
    return (
        user is not None
        and user.has_perm("rtc_service.take_calls")
        and (not session_key or session_alive(session_key, user))
    )
