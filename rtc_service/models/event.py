"""The call's log, and version counters of what is not a call."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from .call import Call


class Event(models.Model):
    """One fact. Never updated; `seq` has no gaps within a call. Personal data and chat text are not in `data`."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="events")
    seq = models.PositiveIntegerField()
    kind = models.CharField(_("kind"), max_length=64)
    actor = models.UUIDField(null=True, blank=True)
    at = models.DateTimeField(_("at"))
    data = models.JSONField(default=dict)
    schema = models.PositiveSmallIntegerField(default=1)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["call", "seq"]
        constraints = [models.UniqueConstraint(fields=["call", "seq"], name="rtc_service_event_seq_uq")]
        indexes = [models.Index(fields=["kind", "at"], name="rtc_service_event_kind_idx")]

    def __str__(self) -> str:
        return f"{self.seq} {self.kind}"


class Topic(models.Model):
    """Something that is not a call (a desk, a queue, a product): its version goes up in the changing transaction."""

    key = models.CharField(max_length=200, unique=True)
    version = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.key}@{self.version}"
