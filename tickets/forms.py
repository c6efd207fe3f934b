"""What a person may write on a ticket, checked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from .models import Ticket

TEXT_CHARACTERS = 10_000
LONG = ("problem", "handling", "result", "customer_note")


class TicketForm(forms.ModelForm):  # type: ignore[type-arg]
    """The fields that the workbench saves while one types. `version` is the one that was read.

    A save may carry only the fields that changed: what is absent stays (`changed_values`).
    """

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    class Meta:
        model = Ticket
        fields = ("subject", "priority", *LONG)
        widgets = {name: forms.Textarea(attrs={"rows": 2, "maxlength": TEXT_CHARACTERS}) for name in LONG}
        help_texts = {"customer_note": _("The customer reads this on the ticket's page.")}

    def __init__(self, data: QueryDict | None = None, *, instance: Ticket, **kwargs: Any) -> None:
        self.sent = frozenset(data or ())
        super().__init__(data and standing(instance) | data.dict(), instance=instance, **kwargs)
        self.fields["version"].initial = instance.version

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in LONG:
            # Browsers count a line break as one character and send two.
            cleaned[name] = (cleaned.get(name) or "").replace("\r\n", "\n")
            if len(cleaned[name]) > TEXT_CHARACTERS:
                self.add_error(name, _("At most %(count)d characters.") % {"count": TEXT_CHARACTERS})
        return cleaned

    def changed_values(self) -> dict[str, Any]:
        """The valid values that were sent."""
        return {name: value for name, value in self.cleaned_data.items() if name in self.sent and name != "version"}


def standing(ticket: Ticket) -> dict[str, Any]:
    """What an absent field means: the value that stands."""
    return forms.model_to_dict(ticket, TicketForm.Meta.fields)


class CommentForm(forms.Form):
    """A line for colleagues, or, ticked, for the customer as well."""

    body = forms.CharField(
        label=_("Comment"), max_length=4_000, widget=forms.Textarea(attrs={"rows": 2, "maxlength": 4_000})
    )
    public = forms.BooleanField(label=_("The customer may read it"), required=False)
    client_id = forms.UUIDField(widget=forms.HiddenInput)
