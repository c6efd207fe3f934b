"""What is said in text, what is asked, and the rating."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from ..fields import EncryptedTextField
from .call import Call
from .participant import Participant


class Message(models.Model):
    """One chat line; the text is encrypted because people type their addresses there."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    call = models.ForeignKey(Call, models.CASCADE, related_name="messages")
    author = models.ForeignKey(Participant, models.CASCADE, related_name="messages")
    client_id = models.UUIDField()
    body = EncryptedTextField(_("text"))
    created = models.DateTimeField()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["created", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["call", "author", "client_id"], name="rtc_service_message_client_uq")
        ]

    def __str__(self) -> str:
        return str(self.uuid)[:8]


class PromptState(models.TextChoices):
    OPEN = "open", _("open")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    EXPIRED = "expired", _("expired")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Prompt(models.Model):
    """A question to one participant, answered at most once."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False, verbose_name=_("identifier"))
    call = models.ForeignKey(Call, models.CASCADE, related_name="prompts")
    participant = models.ForeignKey(Participant, models.CASCADE, related_name="prompts")
    kind = models.CharField(max_length=64, verbose_name=_("kind"))
    payload = models.JSONField(default=dict)
    wording_version = models.CharField(max_length=32, blank=True, default="", verbose_name=_("version of the wording"))
    state = models.CharField(
        max_length=12, choices=PromptState.choices, default=PromptState.OPEN, verbose_name=_("state")
    )
    until = models.DateTimeField(verbose_name=_("until"))
    answer = models.JSONField(default=dict, blank=True)
    answered = models.DateTimeField(null=True, blank=True, verbose_name=_("answered"))

    class Meta:
        verbose_name = _("prompt")
        verbose_name_plural = _("prompts")
        indexes = [models.Index(fields=["state", "until"], name="rtc_service_prompt_until_idx")]

    def __str__(self) -> str:
        return f"{self.kind} {self.get_state_display()}"


class Rating(models.Model):
    """The customer's 1 to 5 and a comment; the last one given counts."""

    call = models.OneToOneField(Call, models.CASCADE, related_name="rating")
    score = models.PositiveSmallIntegerField(_("score"))
    comment = EncryptedTextField(_("comment"), blank=True, default="")
    created = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        constraints = [
            models.CheckConstraint(condition=models.Q(score__range=(1, 5)), name="rtc_service_rating_score_ck")
        ]

    def __str__(self) -> str:
        return f"{self.score}/5"
