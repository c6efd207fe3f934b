"""What the customer was asked, in which words, and what they said."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rtc_service.models import Call, Participant, Prompt


class Wording(models.Model):
    """The text of the question, one row per version and language; never changed once somebody was asked with it."""

    version = models.CharField(_("version"), max_length=32)
    language = models.CharField(_("language"), max_length=16)
    text = models.TextField(_("text"), max_length=2000)
    created = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("wording of the consent")
        verbose_name_plural = _("wordings of the consent")
        ordering = ["-created"]
        constraints = [models.UniqueConstraint(fields=["version", "language"], name="rtc_recordings_wording_uq")]

    def __str__(self) -> str:
        return f"{self.version} ({self.language})"


class Consent(models.Model):
    """One answer of one party; `accepted` null = asked and not answered (yet, or ever); `withdrawn`: no yes since."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="+")
    participant = models.ForeignKey(Participant, models.CASCADE, related_name="+")
    prompt = models.OneToOneField(Prompt, models.SET_NULL, null=True, related_name="+")
    wording = models.ForeignKey(Wording, models.PROTECT, related_name="consents")
    asked = models.DateTimeField(pgettext_lazy("time", "asked"))
    answered = models.DateTimeField(_("answered"), null=True, blank=True)
    accepted = models.BooleanField(_("accepted"), null=True, blank=True)
    withdrawn = models.DateTimeField(pgettext_lazy("time", "withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-asked"]
        indexes = [models.Index(fields=["call"], name="rtc_recordings_consent_call")]

    def __str__(self) -> str:
        return str(self.call)
