"""What a supervisor writes about an agent, checked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .models import AgentProfile


class AgentProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    """The account is named, not chosen from a list: a shop has thousands, and they are nobody's business here."""

    username = forms.CharField(label=_("User name"), max_length=150, help_text=_("Of an existing, active account."))

    class Meta:
        model = AgentProfile
        fields = ("display_name", "active")

    def clean_username(self) -> Any:
        users = get_user_model()
        user = users._default_manager.filter(
            **{users.USERNAME_FIELD: self.cleaned_data["username"].strip()}, is_active=True
        ).first()
        if user is None:
            raise ValidationError(_("There is no active account of this name."))
        if AgentProfile.objects.filter(user=user).exists():
            raise ValidationError(_("This account is an agent already."))
        return user

    def save(self, commit: bool = True) -> Any:
        if "username" in self.cleaned_data:
            self.instance.user = self.cleaned_data["username"]
        return super().save(commit)
