"""Legs of calls, the seats from which people take part, and tokens that were used."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ..states import LegKind, Role
from .call import Call
from .visitor import Visitor


class Participant(models.Model):
    """One leg: a person (or a server-side peer) in a call. `present` says whether a socket is behind it."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False, verbose_name=_("identifier"))
    call = models.ForeignKey(Call, models.CASCADE, related_name="participants")
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)
    kind = models.CharField(_("kind"), max_length=12, choices=LegKind.choices, default=LegKind.TALK)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="rtc_service_legs"
    )
    visitor = models.ForeignKey(Visitor, models.SET_NULL, null=True, blank=True, related_name="legs")
    name = models.CharField(_("shown name"), max_length=120, blank=True, default="")  # of staff; never a customer's
    present = models.BooleanField(_("present"), default=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    lost_since = models.DateTimeField(null=True, blank=True, verbose_name=_("lost since"))
    epoch = models.PositiveIntegerField(default=0)
    media = models.JSONField(default=dict, blank=True, verbose_name=_("sources"))
    joined = models.DateTimeField(_("joined"))
    left = models.DateTimeField(_("left"), null=True, blank=True)

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        indexes = [models.Index(fields=["left", "present", "lease_until"], name="rtc_service_leg_lease_idx")]
        constraints = [
            models.UniqueConstraint(
                fields=["call", "user", "kind"],
                condition=Q(left__isnull=True, user__isnull=False),
                name="rtc_service_leg_user_uq",
            ),
            models.UniqueConstraint(
                fields=["call", "visitor", "kind"],
                condition=Q(left__isnull=True, visitor__isnull=False),
                name="rtc_service_leg_visitor_uq",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.name}".strip()


class Seat(models.Model):
    """The one socket from which a person speaks. `epoch` fences: a socket whose epoch is older has lost the seat.

    `resume_used` and `resume_issued` count resume tokens: the last one used, and the newest handed out."""

    key = models.CharField(max_length=64, unique=True)
    tab = models.CharField(max_length=64, blank=True, default="")
    epoch = models.PositiveIntegerField(default=0)
    process = models.CharField(max_length=40, blank=True, default="")
    lease_until = models.DateTimeField(null=True, blank=True)
    session_key = models.CharField(max_length=64, blank=True, default="")
    resume_used = models.PositiveIntegerField(default=0)
    resume_issued = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.key


class SpentToken(models.Model):
    """A one-time token that was used; kept until it would have expired anyway."""

    jti = models.CharField(max_length=40, unique=True)
    expires = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.jti
