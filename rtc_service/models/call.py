"""The call: one customer's request for a conversation and what became of it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ..fields import EncryptedJSONField
from ..states import OPEN, WITH_STAFF, CallState, EndReason
from .visitor import Visitor


class Call(models.Model):
    """`state` moves only by `services.calls`; `last_seq` is the newest event's number. The plain strings (queue,
    category, tier ...) are written by one app and matched by another, without a join."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False, verbose_name=_("identifier"))
    visitor = models.ForeignKey(Visitor, models.PROTECT, related_name="calls")
    state = models.CharField(_("state"), max_length=12, choices=CallState.choices, default=CallState.WAITING)
    state_since = models.DateTimeField(_("in this state since"))
    state_until = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    last_seq = models.PositiveIntegerField(default=0)
    topology = models.CharField(max_length=8, default="p2p")
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="rtc_service_live_calls",
        verbose_name=_("staff"),
    )
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="rtc_service_answered_calls",
        verbose_name=_("answered by"),
    )
    queue = models.CharField(_("queue"), max_length=64, blank=True, default="")
    category = models.CharField(_("category"), max_length=64, blank=True, default="")
    tier = models.CharField(_("tier"), max_length=32, blank=True, default="")
    language = models.CharField(_("language"), max_length=16, blank=True, default="")
    region = models.CharField(max_length=32, blank=True, default="")
    storefront = models.CharField(_("storefront"), max_length=64, blank=True, default="")
    page_kind = models.CharField(_("page"), max_length=64, blank=True, default="")
    subject_ref = models.CharField(_("subject"), max_length=200, blank=True, default="")
    title = models.CharField(_("title"), max_length=200, blank=True, default="")
    url = models.CharField(max_length=2000, blank=True, default="")
    media = models.CharField(_("media"), max_length=8, default="video")
    context = EncryptedJSONField(blank=True, default=dict)
    priority = models.SmallIntegerField(default=0)
    requested = models.DateTimeField(_("requested"))
    answered = models.DateTimeField(_("answered"), null=True, blank=True)
    ended = models.DateTimeField(_("ended"), null=True, blank=True)
    end_reason = models.CharField(_("end reason"), max_length=16, choices=EndReason.choices, blank=True, default="")
    practice = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ["-requested"]
        permissions = [("take_calls", _("Can take calls")), ("view_address", _("Can see network addresses"))]
        indexes = [
            models.Index(fields=["state", "queue", "-priority", "requested"], name="rtc_service_call_queue_idx"),
            models.Index(fields=["state", "state_until"], name="rtc_service_call_until_idx"),
            models.Index(fields=["-requested"], name="rtc_service_call_req_idx"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["visitor"], condition=Q(state__in=list(OPEN)), name="rtc_service_call_visitor_uq"
            ),
            models.UniqueConstraint(
                fields=["staff"], condition=Q(state__in=list(WITH_STAFF)), name="rtc_service_call_staff_uq"
            ),
            models.CheckConstraint(
                condition=Q(state__in=list(WITH_STAFF), staff__isnull=False)
                | (~Q(state__in=list(WITH_STAFF)) & Q(staff__isnull=True)),
                name="rtc_service_call_staff_ck",
            ),
        ]

    def __str__(self) -> str:
        return str(self.uuid)[:8]

    @property
    def is_open(self) -> bool:
        return self.state != CallState.ENDED
