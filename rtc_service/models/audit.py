"""Who did, saw or tried what."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """Inserted, never changed. `actor` is a seat key ("u:7", "v:<uuid>") or empty before a token was accepted."""

    at = models.DateTimeField(_("at"), db_index=True)
    action = models.CharField(_("action"), max_length=64, db_index=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    actor = models.CharField(_("actor"), max_length=64, blank=True, default="")
    address = models.CharField(_("address"), max_length=64, blank=True, default="")
    call = models.UUIDField(_("call"), null=True, blank=True, db_index=True)
    target = models.CharField(_("target"), max_length=120, blank=True, default="")
    data = models.JSONField(default=dict, blank=True, verbose_name=_("details"))
    seal = models.ForeignKey(
        "rtc_service.AuditSeal", models.PROTECT, null=True, blank=True, related_name="entries", verbose_name=_("seal")
    )
    place = models.PositiveIntegerField(null=True, blank=True)  # in the seal, from 1

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ["-at"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.action}"


class AuditSeal(models.Model):
    """Closes a run of entries: `digest` chains the seal before it with every entry in the run, in order.

    An entry belongs to exactly one seal (`AuditEntry.seal`); `anchor` is where the digest was written outside of the
    database, so that a table rewritten as a whole is noticed too."""

    number = models.PositiveBigIntegerField(_("number"), unique=True)
    sealed = models.DateTimeField(_("sealed"))
    count = models.PositiveIntegerField(_("entries"))
    last_entry = models.PositiveBigIntegerField()
    digest = models.CharField(_("digest"), max_length=64)

    class Meta:
        verbose_name = _("seal of the audit")
        verbose_name_plural = _("seals of the audit")
        ordering = ["-number"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.number}"
