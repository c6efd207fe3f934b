"""Remove audit entries older than AUDIT_KEEP_DAYS, by whole seals from the front, without breaking the chain.

The last seal that goes stays as a row marked `pruned`: its digest is where the chain now begins, and its anchor still
holds. An entry `audit.pruned` says that it was us; without it `rtc_audit_verify` calls a short chain tampered with.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Sum

from .. import clock, conf
from ..models import AuditEntry, AuditSeal
from . import audit

MOST = 1_000  # seals in one transaction


def run() -> int:
    """Prune what is due. Returns how many entries went; 0 where entries are kept for ever."""
    days = conf.core().AUDIT_KEEP_DAYS
    if days is None:
        return 0
    gone = 0
    while (count := _prune(days)) > 0:
        gone += count
    return gone


def _prune(days: int) -> int:
    with transaction.atomic():
        # The whole seal must be old, so its own time counts, which is later than that of every entry in it. The newest
        # seal stays whatever its age: numbers go on from it.
        limit = clock.now() - timedelta(days=days)
        newest = AuditSeal.objects.order_by("-number").values_list("number", flat=True).first()
        young = AuditSeal.objects.filter(sealed__gte=limit).order_by("number").values_list("number", flat=True).first()
        end = young if young is not None else newest
        due = AuditSeal.objects.select_for_update().filter(pruned__isnull=True).order_by("number")
        seals = list(due.filter(number__lt=end or 0)[:MOST])
        if not seals:
            return 0
        last = seals[-1]
        count = AuditSeal.objects.filter(pk__in=[seal.pk for seal in seals]).aggregate(all=Sum("count"))["all"] or 0
        # In this order: PostgreSQL's trigger lets go only what a pruned seal covers.
        AuditSeal._base_manager.filter(pk=last.pk).update(pruned=clock.now())
        AuditEntry._base_manager.filter(seal__number__lte=last.number).delete()
        AuditSeal._base_manager.filter(number__lt=last.number).delete()
        audit.record("audit.pruned", target=f"seal:{last.number}", up_to=last.number, digest=last.digest, entries=count)
        return count
