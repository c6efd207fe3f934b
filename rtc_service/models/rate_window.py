"""How often somebody has asked: the counter behind the REST API's limits."""

from __future__ import annotations

from django.db import models


class RateWindow(models.Model):
    """How many requests `key` has made in the window number `number` (Unix time / length of the window)."""

    key = models.CharField(max_length=100, unique=True)
    number = models.PositiveBigIntegerField()
    count = models.PositiveBigIntegerField()
    until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.key
