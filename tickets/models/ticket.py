from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from rtc_service.fields import EncryptedTextField

from ..states import Priority, State, step_of


class Ticket(models.Model):
    """What remains to be done for a customer. `version` rises with every write: a writer names the one it has read.

    Free text is encrypted, as people type phone numbers and addresses into it.
    """

    class Kind(models.TextChoices):
        CALL = "call", _("Call")
        REQUEST = "request", _("Request")

    uuid = models.UUIDField(_("identifier"), default=uuid4, unique=True, editable=False)
    number = models.CharField(_("number"), max_length=16, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices, default=Kind.CALL)
    call = models.ForeignKey(
        "rtc_service.Call", models.SET_NULL, null=True, blank=True, related_name="rtc_tickets", verbose_name=_("call")
    )
    visitor = models.ForeignKey(
        "rtc_service.Visitor",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="rtc_tickets",
        verbose_name=_("customer"),
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="rtc_tickets_assigned",
        verbose_name=_("assignee"),
    )
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.NEW)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority.choices, default=Priority.NORMAL)
    subject = models.CharField(_("subject"), max_length=200)
    problem = EncryptedTextField(_("problem"), blank=True, default="")
    handling = EncryptedTextField(_("handling"), blank=True, default="")
    result = EncryptedTextField(_("result"), blank=True, default="")
    customer_note = EncryptedTextField(_("note to the customer"), blank=True, default="")
    language = models.CharField(_("language"), max_length=16, blank=True, default="")
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, verbose_name=_("version"))
    created = models.DateTimeField(_("created"), auto_now_add=True)
    updated = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        ordering = ["-created", "-id"]
        indexes = [
            models.Index(fields=["state", "due_at"], name="rtc_tickets_tkt_state_due_idx"),
            models.Index(fields=["-created", "-id"], name="rtc_tickets_tkt_created_idx"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["call", "kind"], name="rtc_tickets_ticket_call_kind_uq"),
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="rtc_tickets_ticket_state_ck"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def step(self) -> int:
        """How far the customer sees it: 0 received, 1 in work, 2 answered, 3 closed."""
        return step_of(self.state)
