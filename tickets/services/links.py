"""The customer's signed link to a ticket's page.

The token is the ticket's uuid and a signature, with no time in it: the same ticket always has the same link, so the
one in the call's log, the one on the end page and the one in a message are equal. Its age is counted from the
ticket's last change instead, so that a link lives as long as something happens.
"""

from __future__ import annotations

import datetime
from uuid import UUID

from django.core import signing
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from .. import conf
from ..models import Ticket

SALT = "rtc.tickets.public"


def token_for(ticket: Ticket) -> str:
    return signing.Signer(salt=SALT, sep=".").sign(ticket.uuid.hex)


def url_for(ticket: Ticket) -> str:
    """The path of the customer's page, or "" where the host has not included our URLs."""
    try:
        return reverse("rtc_tickets:public", args=[token_for(ticket)])
    except NoReverseMatch:
        return ""


def ticket_of(token: str) -> Ticket | None:
    """The ticket that a link opens; None for a forged, unknown or expired one, alike."""
    try:
        identifier = UUID(signing.Signer(salt=SALT, sep=".").unsign(token))
    except (signing.BadSignature, ValueError):
        return None
    oldest = timezone.now() - datetime.timedelta(days=conf.tickets().LINK_DAYS)
    tickets = Ticket.objects.select_related("call").defer("call__context")
    return tickets.filter(uuid=identifier, updated__gte=oldest).first()
