"""Which fields a form changed, from what to what, as the audit may keep it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from ..fields import EncryptedTextField

MASK = "•••"
# What names a person, opens something, or is written about a customer.
PRIVATE = re.compile(
    r"password|secret|token|(^|_)key|credential|phone|e?mail|user_?name|(display|first|last|full)_name|subject",
    re.IGNORECASE,
)
LONGEST, MOST = 200, 50


def is_private(model: type[models.Model], name: str, widget: forms.Widget | None = None) -> bool:
    """Is the value of this field masked? Encrypted ones, free texts, passwords, and what is named like a secret."""
    if PRIVATE.search(name) or isinstance(widget, forms.PasswordInput):
        return True
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return isinstance(field, (EncryptedTextField, models.TextField, models.BinaryField, models.FileField))


def plain(value: Any) -> Any:
    """As JSON takes it: objects by primary key, times in ISO 8601, long texts cut."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, models.Model):
        return value.pk if isinstance(value.pk, int) else str(value.pk)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key)[:LONGEST]: plain(item) for key, item in list(value.items())[:MOST]}
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        return [plain(item) for _index, item in zip(range(MOST), value, strict=False)]
    return str(value)[:LONGEST]


def of_form(form: Any, shown: Iterable[str] = ()) -> dict[str, list[Any]]:
    """Field -> [before, after] of a bound, valid model form; `shown` names private-looking fields that are not."""
    model = form._meta.model
    found: dict[str, list[Any]] = {}
    for name in form.changed_data:
        if name not in form.fields:
            continue
        if name not in shown and is_private(model, name, form.fields[name].widget):
            found[name] = [MASK, MASK]
            continue
        found[name] = [plain(form.get_initial_for_field(form.fields[name], name)), plain(form.cleaned_data.get(name))]
    return found


def of_formsets(formsets: Iterable[Any], shown: Iterable[str] = ()) -> list[dict[str, Any]]:
    """One line per inline row that was added, changed or deleted; the formsets are saved already."""
    lines = []
    for formset in formsets:
        new = [id(obj) for obj in formset.new_objects]
        changed = [id(obj) for obj, _names in formset.changed_objects]
        for form in formset.forms:
            word = "added" if id(form.instance) in new else "changed" if id(form.instance) in changed else ""
            if word:
                row = f"{form.instance._meta.label_lower}:{form.instance.pk}"
                lines.append({"row": row, word: of_form(form, shown)})
        for obj in formset.deleted_objects:
            lines.append({"row": obj._meta.label_lower, "deleted": of_object(obj, shown)})
    return lines


def of_object(obj: models.Model, shown: Iterable[str] = ()) -> dict[str, Any]:
    """All columns of an object that is deleted."""
    return {
        field.attname: MASK
        if field.name not in shown and is_private(type(obj), field.name)
        else plain(obj.__dict__.get(field.attname))
        for field in obj._meta.concrete_fields
    }
