from django.conf import settings
from django.db import models


class Recording(models.Model):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="recordings")
    assigned = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="assigned_recordings"
    )

    def __str__(self) -> str:
        return f"{self.pk}"


class Call(models.Model):
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="calls")

    def __str__(self) -> str:
        return f"{self.pk}"
