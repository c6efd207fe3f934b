"""What a supervisor decides: which queues are recorded, how long recordings are kept, and which may not be deleted."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class Start(models.TextChoices):
    OFF = "off", _("never")
    MANUAL = "manual", _("when the agent asks for it")
    AUTO = "auto", _("by itself, when the customer agrees")


class Policy(models.Model):
    """One row per queue; the row with an empty queue is for all others."""

    queue = models.CharField(
        _("queue"), max_length=64, unique=True, blank=True, default="", help_text=_("empty: all other queues")
    )
    start = models.CharField(_("recording starts"), max_length=8, choices=Start.choices, default=Start.MANUAL)
    keep_days = models.PositiveIntegerField(
        _("kept for days"), default=90, validators=[MinValueValidator(1), MaxValueValidator(3650)]
    )
    changed = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("recording policy")
        verbose_name_plural = _("recording policies")
        ordering = ["queue"]

    def __str__(self) -> str:
        return self.queue or str(_("all other queues"))


class Hold(models.Model):
    """A legal hold: while it is open the recording is not deleted, whatever the schedule says."""

    recording = models.ForeignKey("rtc_recordings.Recording", models.PROTECT, related_name="holds")
    reason = models.CharField(_("reason"), max_length=400)
    placed = models.DateTimeField(_("placed"))
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    lifted = models.DateTimeField(_("lifted"), null=True, blank=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")
        ordering = ["-placed"]

    def __str__(self) -> str:
        return self.reason
