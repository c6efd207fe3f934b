"""What lies on the storage: segments while the call runs, one file per party afterwards. Each has a key of its own."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from rtc_service.models import Participant

from .recording import Recording


class Sealed(models.Model):
    """An encrypted file: its name on the storage, and its key wrapped by the key ring (empty: shredded)."""

    name = models.CharField(max_length=200, unique=True)
    key_id = models.CharField(max_length=64)
    wrapped_key = models.CharField(max_length=200, blank=True, default="")
    size = models.BigIntegerField(_("bytes of media"), default=0)
    sha256 = models.CharField(_("SHA-256 of the media"), max_length=64, blank=True, default="")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Segment(Sealed):
    """A stretch of one party without a break. `clocks`: see docs/recordings.md; `closed` null after a kill."""

    recording = models.ForeignKey(Recording, models.CASCADE, related_name="segments")
    party = models.ForeignKey(Participant, models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    epoch = models.PositiveIntegerField()
    opened = models.DateTimeField()
    closed = models.DateTimeField(null=True, blank=True)
    clocks = models.JSONField(default=dict, blank=True)
    counts = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        ordering = ["party", "number"]
        constraints = [
            models.UniqueConstraint(fields=["recording", "party", "number"], name="rtc_recordings_segment_uq")
        ]


class RecordingFile(Sealed):
    """What is played: one WebM of one party, from the recording's start to its end on the server's clock."""

    recording = models.ForeignKey(Recording, models.CASCADE, related_name="files")
    party = models.ForeignKey(Participant, models.PROTECT, related_name="+")
    role = models.CharField(_("role"), max_length=12)
    begins = models.DateTimeField(_("begins"))  # the moment of time stamp 0
    duration = models.FloatField(_("seconds"))
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    has_sound = models.BooleanField(default=False)
    has_picture = models.BooleanField(default=False)
    gaps = models.JSONField(default=list, blank=True)  # [[from, to, cause], ...] in seconds from `begins`
    skew_ms = models.FloatField(null=True, blank=True)  # sound to picture, left after the correction
    checked = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("file of a recording")
        verbose_name_plural = _("files of recordings")
        constraints = [models.UniqueConstraint(fields=["recording", "party"], name="rtc_recordings_file_uq")]
