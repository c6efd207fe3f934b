"""Something that a person should look at."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from .call import Call


class Alert(models.Model):
    """Open until `cleared`. `key` tells whether the same thing is still going on: one open row per key."""

    code = models.CharField(_("kind"), max_length=64, db_index=True)
    key = models.CharField(max_length=160)
    call = models.ForeignKey(Call, models.SET_NULL, null=True, blank=True, related_name="alerts")
    target = models.CharField(_("target"), max_length=120, blank=True, default="")
    data = models.JSONField(_("details"), default=dict, blank=True)
    raised = models.DateTimeField(_("raised"), db_index=True)
    cleared = models.DateTimeField(_("cleared"), null=True, blank=True)

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ["-raised"]
        default_permissions = ("view",)
        permissions = [("clear_alert", _("Can clear alerts"))]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=models.Q(cleared__isnull=True), name="rtc_service_alert_open_uq"
            )
        ]

    def __str__(self) -> str:
        return self.code
