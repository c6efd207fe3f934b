"""Version counters of what is not a call."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.db.models import F

from .. import hints
from ..models import Topic


def bump(key: str) -> None:
    """Say in the changing transaction that a topic has a new value; readers read it after the commit."""
    with transaction.atomic(savepoint=False):
        if not Topic.objects.filter(key=key).update(version=F("version") + 1):
            Topic.objects.get_or_create(key=key, defaults={"version": 0})
            Topic.objects.filter(key=key).update(version=F("version") + 1)
        transaction.on_commit(partial(hints.publish, "topic", key), robust=True)


def versions(keys: list[str]) -> dict[str, int]:
    """The newest version of each key; 0 for one that was never bumped."""
    known = dict(Topic.objects.filter(key__in=keys).values_list("key", "version"))
    return {key: known.get(key, 0) for key in keys}
