"""Who did, saw or tried what. Rows are added and never changed; `services/sealing.py` chains them."""

from __future__ import annotations

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..exceptions import AppendOnly


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """Reads and adds. The sealer and the pruning of old seals go through `_base_manager`, as does Django itself when a
    user is deleted (`user` becomes NULL, `actor` keeps who it was)."""

    def _refuse(self) -> NoReturn:
        raise AppendOnly(f"{self.model._meta.label} rows are neither changed nor deleted")

    def update(self, **kwargs: Any) -> int:
        self._refuse()

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        self._refuse()

    def delete(self) -> tuple[int, dict[str, int]]:
        self._refuse()

    def _raw_delete(self, using: str | None) -> int:
        self._refuse()


class AppendOnlyModel(models.Model):
    """`save()` inserts, once; everything else raises AppendOnly."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnly(f"{self._meta.label} rows are never changed")
        # With a primary key given, Django would try an UPDATE first.
        super().save(force_insert=True, using=kwargs.get("using"))

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnly(f"{self._meta.label} rows are never deleted one by one")


class AuditEntry(AppendOnlyModel):
    """Inserted, never changed. `actor` is a seat key ("u:7", "v:<uuid>") or empty before a token was accepted.

    `user` is for joins only and not sealed: it becomes NULL when the account goes, and `actor` still says "u:7".
    """

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
    digest = models.CharField(max_length=64, blank=True, default="")  # of this entry: finds which one was changed

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ["-at"]
        default_permissions = ("view",)
        permissions = [("export_audit", _("Can export the audit"))]
        constraints = [models.UniqueConstraint(fields=["seal", "place"], name="rtc_service_audit_place_uq")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.action}"


class AuditSeal(AppendOnlyModel):
    """Closes a run of entries: `digest` chains the seal before it with every entry in the run, in order
    (`rtc_service/chain.py`).

    Digests are also written outside of the database (`services/anchors.py`), so that tables rewritten as a whole are
    noticed too. `pruned`: this seal's entries, and every seal before it, were removed by AUDIT_KEEP_DAYS; its digest
    is where the chain now begins."""

    number = models.PositiveBigIntegerField(_("number"), unique=True)
    sealed = models.DateTimeField(_("sealed"))
    count = models.PositiveIntegerField(_("entries"))
    last_entry = models.PositiveBigIntegerField()
    digest = models.CharField(_("digest"), max_length=64)
    pruned = models.DateTimeField(_("pruned"), null=True, blank=True)

    class Meta:
        verbose_name = _("seal of the audit")
        verbose_name_plural = _("seals of the audit")
        ordering = ["-number"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.number}"
