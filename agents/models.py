"""Agents, their queue, their presence, and the offers made to them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from . import words

CALL = "rtc_service.Call"


class AgentProfile(models.Model):
    """Makes a user an agent; the name that customers see."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="rtc_agents_profile")
    display_name = models.CharField(_("shown name"), max_length=120, blank=True, default="")
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("agent")
        verbose_name_plural = _("agents")
        permissions = [("use_workbench", _("Can use the workbench"))]

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        return self.display_name or self.user.get_full_name() or self.user.get_username()


class Queue(models.Model):
    """Where calls wait. The first active one takes them all until routing rules come."""

    slug = models.SlugField(unique=True, verbose_name=_("identifier"))
    name = models.CharField(_("name"), max_length=120)
    active = models.BooleanField(_("active"), default=True)
    ring_seconds = models.FloatField(_("ring time"), null=True, blank=True, help_text=_("Seconds; empty: the setting."))
    wrap_up_seconds = models.FloatField(
        _("wrap-up time"), null=True, blank=True, help_text=_("Seconds; empty: the setting.")
    )

    class Meta:
        verbose_name = _("queue")
        verbose_name_plural = _("queues")
        ordering = ["pk"]

    def __str__(self) -> str:
        return words.shown(self.name)


class PresenceState(models.TextChoices):
    OFFLINE = "offline", _("offline")
    READY = "ready", _("ready")
    RESERVED = "reserved", _("being rung")
    BUSY = "busy", _("in a call")
    WRAP_UP = "wrap_up", _("wrap-up")
    AWAY = "away", _("away")


class Presence(models.Model):
    """One per user; a lease that the socket's heartbeat renews. `since` of READY is the idle time that routing uses."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="rtc_agents_presence")
    state = models.CharField(_("state"), max_length=10, choices=PresenceState.choices, default=PresenceState.OFFLINE)
    reason = models.CharField(_("reason"), max_length=64, blank=True, default="")
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(null=True, blank=True, verbose_name=_("until"))  # end of wrap-up
    lease_until = models.DateTimeField(null=True, blank=True, verbose_name=_("lease until"))
    idle_since = models.DateTimeField(null=True, blank=True, verbose_name=_("idle since"))
    missed = models.PositiveSmallIntegerField(default=0, verbose_name=_("missed in a row"))  # in a row
    epoch = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        indexes = [models.Index(fields=["state", "idle_since"], name="rtc_agents_presence_idle_idx")]

    def __str__(self) -> str:
        return self.get_state_display()


class OfferState(models.TextChoices):
    OPEN = "open", _("open")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    MISSED = "missed", _("missed")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Offer(models.Model):
    """A call is rung at one agent until a time."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    call = models.ForeignKey(CALL, models.CASCADE, related_name="rtc_agents_offers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="rtc_agents_offers")
    number = models.PositiveSmallIntegerField(verbose_name=_("number"))
    state = models.CharField(_("state"), max_length=10, choices=OfferState.choices, default=OfferState.OPEN)
    reason = models.CharField(max_length=64, blank=True, default="")
    created = models.DateTimeField(_("created"))
    until = models.DateTimeField(verbose_name=_("until"))
    settled = models.DateTimeField(null=True, blank=True, verbose_name=_("settled"))

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ["-created"]
        constraints = [
            models.UniqueConstraint(fields=["call"], condition=Q(state="open"), name="rtc_agents_offer_call_uq"),
            models.UniqueConstraint(fields=["user"], condition=Q(state="open"), name="rtc_agents_offer_user_uq"),
            models.UniqueConstraint(fields=["call", "number"], name="rtc_agents_offer_number_uq"),
        ]
        indexes = [models.Index(fields=["state", "until"], name="rtc_agents_offer_until_idx")]

    def __str__(self) -> str:
        return f"{self.number} {self.get_state_display()}"


class WrapUpCode(models.Model):
    """What a call was about, as the agent says afterwards."""

    code = models.SlugField(unique=True, verbose_name=_("identifier"))
    name = models.CharField(_("name"), max_length=120)
    active = models.BooleanField(_("active"), default=True)
    order = models.PositiveSmallIntegerField(pgettext_lazy("place in a list", "order"), default=100)

    class Meta:
        verbose_name = _("wrap-up code")
        verbose_name_plural = _("wrap-up codes")
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return words.shown(self.name)


class WrapUp(models.Model):
    """The agent's word on one leg."""

    participant = models.OneToOneField("rtc_service.Participant", models.CASCADE, related_name="rtc_agents_wrap_up")
    call = models.ForeignKey(CALL, models.CASCADE, related_name="rtc_agents_wrap_ups")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="rtc_agents_wrap_ups")
    code = models.ForeignKey(WrapUpCode, models.PROTECT, null=True, blank=True, verbose_name=_("code"))
    note = models.TextField(_("note"), blank=True, default="")
    created = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("wrap-up")
        verbose_name_plural = _("wrap-ups")

    def __str__(self) -> str:
        return str(self.code or "")
