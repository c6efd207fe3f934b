"""One call's recording: its state, who is recording at present, and until when it is kept."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rtc_service.models import Call, Participant


class RecordingState(models.TextChoices):
    ASKED = "asked", pgettext_lazy("recording state", "customer asked")
    STARTING = "starting", pgettext_lazy("recording state", "starting")
    RUNNING = "running", pgettext_lazy("recording state", "recording")
    PAUSED = "paused", pgettext_lazy("recording state", "paused")
    FINALISING = "finalising", pgettext_lazy("recording state", "being finished")
    READY = "ready", pgettext_lazy("recording state", "ready")
    REFUSED = "refused", pgettext_lazy("recording state", "refused")
    FAILED = "failed", pgettext_lazy("recording state", "failed")
    DELETED = "deleted", pgettext_lazy("recording state", "deleted")


LIVE = (RecordingState.STARTING, RecordingState.RUNNING, RecordingState.PAUSED)
OPEN = (RecordingState.ASKED, *LIVE)
ENDED = (RecordingState.READY, RecordingState.FAILED)  # these keep something and will not move by themselves


class Recording(models.Model):
    """State moves only by `services.recordings`. `epoch` fences: a recorder whose epoch is older has lost its place;
    `lease_until` is renewed by the recorder and taken over by another when it runs out."""

    uuid = models.UUIDField(_("identifier"), default=uuid.uuid4, unique=True, editable=False)
    call = models.ForeignKey(Call, models.PROTECT, related_name="rtc_recordings")
    leg = models.ForeignKey(Participant, models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.CharField(_("state"), max_length=12, choices=RecordingState.choices, default=RecordingState.ASKED)
    state_since = models.DateTimeField(_("in this state since"))
    state_until = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    epoch = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    owner = models.CharField(_("recorded by"), max_length=80, blank=True, default="")
    given = models.DateTimeField(null=True, blank=True)  # a worker was asked: not again at once
    requested = models.DateTimeField(_("requested"))
    started = models.DateTimeField(_("started"), null=True, blank=True)
    ended = models.DateTimeField(_("ended"), null=True, blank=True)
    paused_seconds = models.FloatField(default=0.0)  # in all pauses that are over
    cause = models.CharField(_("cause"), max_length=32, blank=True, default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    keep_until = models.DateTimeField(_("kept until"), null=True, blank=True)
    deleted = models.DateTimeField(_("deleted"), null=True, blank=True)

    class Meta:
        verbose_name = _("recording")
        verbose_name_plural = _("recordings")
        ordering = ["-requested"]
        default_permissions = ("view",)
        permissions = [
            ("play_recording", _("Can play recordings")),
            ("hold_recording", _("Can place and lift legal holds")),
            ("delete_recordings", _("Can delete recordings before their time")),
        ]
        indexes = [
            models.Index(fields=["state", "lease_until"], name="rtc_recordings_lease_idx"),
            models.Index(fields=["keep_until"], name="rtc_recordings_keep_idx"),
            models.Index(fields=["-requested"], name="rtc_recordings_requested_idx"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["call"], condition=Q(state__in=list(OPEN)), name="rtc_recordings_call_open_uq"
            )
        ]

    def __str__(self) -> str:
        return str(self.uuid)[:8]
