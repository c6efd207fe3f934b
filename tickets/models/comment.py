from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from rtc_service.fields import EncryptedTextField

from .ticket import Ticket


class Comment(models.Model):
    """A line on a ticket. A public one stands on the customer's page. `client_id` makes a repeated send harmless."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="comments", verbose_name=_("ticket"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("author")
    )
    public = models.BooleanField(_("public"), default=False, help_text=_("The customer can read it."))
    body = EncryptedTextField(_("text"))
    client_id = models.UUIDField(default=uuid4, editable=False)
    created = models.DateTimeField(_("written"), auto_now_add=True)

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["created", "id"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "client_id"], name="rtc_tickets_comment_client_uq"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket} {str(self.uuid)[:8]}"
