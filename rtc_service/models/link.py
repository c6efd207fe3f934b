"""The media path between two legs."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from ..states import LegKind, LinkState
from .call import Call
from .participant import Participant


class Link(models.Model):
    """SDP is addressed to (link, generation). `first` sends the first offer; `first` is the polite end."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    call = models.ForeignKey(Call, models.CASCADE, related_name="links")
    kind = models.CharField(max_length=12, choices=LegKind.choices, default=LegKind.TALK)
    first = models.ForeignKey(Participant, models.CASCADE, related_name="+")
    second = models.ForeignKey(Participant, models.CASCADE, related_name="+")
    generation = models.PositiveIntegerField(default=1)
    state = models.CharField(_("state"), max_length=8, choices=LinkState.choices, default=LinkState.NEW)
    up_first = models.PositiveIntegerField(default=0)  # newest generation that this end has reported as up
    up_second = models.PositiveIntegerField(default=0)
    state_since = models.DateTimeField()

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        constraints = [
            models.UniqueConstraint(
                fields=["call", "first", "second", "kind"],
                condition=~models.Q(state=LinkState.CLOSED),
                name="rtc_service_link_open_uq",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.generation}"
