"""What the admin's pages about recordings ask before they do something: why, and who."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rtc_service.exceptions import BadRequest

from ..services import reasons
from ..services.actors import Actor


class ReasonForm(forms.Form):
    """Only a reason."""

    reason = forms.CharField(label=gettext_lazy("reason"), widget=forms.Textarea(attrs={"rows": 3, "cols": 60}))

    def clean_reason(self) -> str:
        return cleaned_reason(self.cleaned_data["reason"])


def cleaned_reason(reason: str) -> str:
    """As it is kept. Raises ValidationError in words."""
    try:
        return reasons.cleaned(reason)
    except BadRequest:
        least, most = reasons.CHARACTERS
        raise ValidationError(
            _("A reason of %(least)d to %(most)d characters, please.") % {"least": least, "most": most}
        ) from None


def by(request: HttpRequest) -> Actor:
    return Actor(key=f"u:{request.user.pk}", user_id=request.user.pk)
