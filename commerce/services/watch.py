"""Notice changes of shown products in shops that do not tell us: each is read again every few seconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import transaction

from rtc_service import clock
from rtc_service.models import Call
from rtc_service.services import topics
from rtc_service.states import OPEN

from .. import conf
from ..adapters.errors import NotFound, ShopError
from ..adapters.values import Capability, Shopper
from ..models import ShownProduct
from . import catalogue, shop

# At most so many readings in one run: the sweepers of all apps share a second.
AT_ONCE = 10
FORGET = timedelta(hours=1)
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def sweep() -> int:
    """Read what is due, tell those who look at what has changed. Returns how many had changed."""
    if not shop.can(Capability.PRODUCTS):
        return 0
    shown = _shown()
    if not shown:
        return 0
    now = clock.now()
    _begin(shown)
    due = ShownProduct.objects.filter(
        ref__in=shown, checked__lte=now - timedelta(seconds=conf.commerce().WATCH_SECONDS)
    ).order_by("checked")[:AT_ONCE]
    changed = 0
    for row in due:
        # Whoever moves the time on reads; the other processes pass by.
        if not ShownProduct.objects.filter(pk=row.pk, checked=row.checked).update(checked=now):
            continue
        try:
            changed += _look(row)
        except ShopError:
            break  # the shop is down or slow: not worth the others' time in this second
    ShownProduct.objects.filter(checked__lt=now - FORGET).exclude(ref__in=shown).delete()
    return changed


def _shown() -> set[str]:
    subjects = Call.objects.filter(state__in=OPEN, subject_ref__startswith=catalogue.SUBJECT)
    refs = {catalogue.ref_of(subject) for subject in subjects.values_list("subject_ref", flat=True).distinct()}
    return {ref for ref in refs if catalogue.topic_of(ref)}


def _begin(shown: set[str]) -> None:
    known = set(ShownProduct.objects.filter(ref__in=shown).values_list("ref", flat=True))
    ShownProduct.objects.bulk_create(
        [ShownProduct(ref=ref, checked=NEVER) for ref in shown - known], ignore_conflicts=True
    )


def _look(row: ShownProduct) -> bool:
    """Also the first look counts as a change: the page may have been open for long before the call."""
    try:
        digest = catalogue.digest(catalogue.product(row.ref, viewer=Shopper()))
    except NotFound:
        digest = "gone"
    with transaction.atomic():
        if not ShownProduct.objects.filter(pk=row.pk).exclude(digest=digest).update(digest=digest):
            return False
        topics.bump(catalogue.topic_of(row.ref))
    return True
