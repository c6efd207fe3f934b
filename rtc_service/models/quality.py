"""What each browser measured."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from .call import Call
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


class QualitySummary(models.Model):
    """All windows of one leg in one row, so that calls are found by how bad they were without reading every window.

    `loss rtt_ms latency_ms frozen` (units of `protocol.Stats`) are the highest and `fps` the lowest value that two
    windows in a row held (`rtc_service/lasting.py`); None: nothing lasted, or nothing was measured. A rate while
    somebody shared a screen is no `fps`: a page that does not move needs no frames. Written by `services/quality.py`.
    """

    participant = models.OneToOneField(Participant, models.CASCADE, related_name="quality_summary")
    call = models.ForeignKey(Call, models.CASCADE, related_name="quality_summaries")
    until = models.DateTimeField()  # end of the newest window
    newest = models.JSONField(default=dict)  # its values, which the next window is held against
    seconds = models.FloatField(default=0.0)  # measured in all
    received = models.FloatField(default=0.0)  # seconds of the windows in which packets came
    sent = models.FloatField(default=0.0)  # and of those in which packets went out
    loss = models.FloatField(null=True, blank=True)
    rtt_ms = models.FloatField(null=True, blank=True)
    latency_ms = models.FloatField(null=True, blank=True)
    frozen = models.FloatField(null=True, blank=True)
    fps = models.FloatField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["loss"], name="rtc_service_qsum_loss_idx"),
            models.Index(fields=["rtt_ms"], name="rtc_service_qsum_rtt_idx"),
            models.Index(fields=["latency_ms"], name="rtc_service_qsum_delay_idx"),
            models.Index(fields=["frozen"], name="rtc_service_qsum_frozen_idx"),
            models.Index(fields=["fps"], name="rtc_service_qsum_fps_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.participant_id}"
