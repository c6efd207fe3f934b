from django.conf import settings
from django.db import models


class Product(models.Model):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="commerce")
    assigned = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="assigned_commerce")

    def __str__(self) -> str:
        return f"{self.pk}"


class Visitor(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="visitor")

    def __str__(self) -> str:
        return f"{self.pk}"
