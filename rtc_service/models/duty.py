"""What is owed for an event."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from .event import Event


class DutyState(models.TextChoices):
    OWED = "owed", _("owed")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    DEAD = "dead", _("given up")


class Duty(models.Model):
    """Written in the event's transaction, claimed by a conditional update in a Celery task, retried, then dead."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="duties")
    handler = models.CharField(max_length=80, verbose_name=_("handler"))
    state = models.CharField(max_length=8, choices=DutyState.choices, default=DutyState.OWED, verbose_name=_("state"))
    due = models.DateTimeField(verbose_name=_("due"))
    lease_until = models.DateTimeField(null=True, blank=True, verbose_name=_("lease until"))
    attempts = models.PositiveSmallIntegerField(default=0, verbose_name=_("tries"))
    error = models.CharField(max_length=500, blank=True, default="", verbose_name=_("error"))

    class Meta:
        verbose_name = _("duty")
        verbose_name_plural = _("duties")
        constraints = [models.UniqueConstraint(fields=["event", "handler"], name="rtc_service_duty_event_uq")]
        indexes = [models.Index(fields=["state", "due"], name="rtc_service_duty_due_idx")]

    def __str__(self) -> str:
        return f"{self.handler} {self.get_state_display()}"
