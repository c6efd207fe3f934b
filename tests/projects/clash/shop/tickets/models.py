from django.conf import settings
from django.db import models


class Ticket(models.Model):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="tickets")
    assigned = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="assigned_tickets")

    def __str__(self) -> str:
        return f"{self.pk}"


class Comment(models.Model):
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="comments")

    def __str__(self) -> str:
        return f"{self.pk}"
