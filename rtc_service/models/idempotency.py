"""A request of an API client that was answered, so that its repetition gets the same answer."""

from __future__ import annotations

from django.db import models

from ..fields import EncryptedTextField


class IdempotencyKey(models.Model):
    """`status` 0: the first request is still being worked on. `request` is a hash of method, path and body.

    The answer may hold names and tokens, so it is encrypted."""

    actor = models.CharField(max_length=64)
    key = models.CharField(max_length=100)
    request = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    answer = EncryptedTextField(blank=True, default="")
    created = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="rtc_service_idempotency_uq")]

    def __str__(self) -> str:
        return self.key
