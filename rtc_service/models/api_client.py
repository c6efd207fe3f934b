"""A program that may use the REST API."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ApiClient(models.Model):
    """`prefix` finds the row, `secret_hash` (SHA-256 of 32 random bytes in base64url) proves it; the secret itself is
    shown once and kept nowhere. With `user` the client may do what its scopes and that user's permissions both allow.
    """

    name = models.CharField(_("name"), max_length=120)
    prefix = models.CharField(_("prefix of the key"), max_length=16, unique=True, editable=False)
    secret_hash = models.CharField(max_length=64, editable=False)
    scopes = models.JSONField(_("scopes"), default=list)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="rtc_service_api_clients",
        verbose_name=_("acts for"),
        help_text=_("The client may then do no more than this user."),
    )
    storefront = models.CharField(
        _("storefront"), max_length=64, blank=True, default="", help_text=_("Empty: the calls of all storefronts.")
    )
    rate = models.PositiveIntegerField(
        _("requests per minute"), null=True, blank=True, help_text=_("Empty: the setting API_CLIENT_RATE.")
    )
    expires = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked = models.DateTimeField(_("revoked"), null=True, blank=True)
    last_used = models.DateTimeField(_("last used"), null=True, blank=True)
    created = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("API client")
        verbose_name_plural = _("API clients")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name
