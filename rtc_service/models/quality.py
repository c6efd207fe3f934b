"""What each browser measured."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from .participant import Participant


class QualitySample(models.Model):
    """One window of one participant's receiving side; `values` has the keys of `protocol.Stats` that were known."""

    participant = models.ForeignKey(Participant, models.CASCADE, related_name="quality")
    window_start = models.DateTimeField()
    seconds = models.FloatField()
    values = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("quality sample")
        verbose_name_plural = _("quality samples")
        ordering = ["window_start"]
        constraints = [
            models.UniqueConstraint(fields=["participant", "window_start"], name="rtc_service_quality_win_uq")
        ]

    def __str__(self) -> str:
        return f"{self.window_start:%H:%M:%S}"
