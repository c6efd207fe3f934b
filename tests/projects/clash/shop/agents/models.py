from django.conf import settings
from django.db import models


class Agent(models.Model):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="agents")
    assigned = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="assigned_agents")

    def __str__(self) -> str:
        return f"{self.pk}"


class Presence(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="presence")

    def __str__(self) -> str:
        return f"{self.pk}"
