"""When something that nobody waits for was last alive."""

from __future__ import annotations

from django.db import models


class Heartbeat(models.Model):
    """One row per name: "beat" (the last `rtc.sweep` that a worker ran), "canary:<queue>" (rtc_doctor's last question
    to a queue, `token` says which one). A row and not a cache entry: caches may end at the process."""

    name = models.CharField(max_length=100, unique=True)
    at = models.DateTimeField()
    token = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
