from __future__ import annotations

from django.db import models


class ShownProduct(models.Model):
    """A product that stands beside an open call: when it was last read from the shop and what it looked like.

    In the database, not in memory, so that several processes read the shop once and agree on what has changed.
    """

    ref = models.CharField(max_length=200, unique=True)
    digest = models.CharField(max_length=64, blank=True, default="")
    checked = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.ref
