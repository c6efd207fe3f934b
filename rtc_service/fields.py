"""Model fields whose content is encrypted in the database."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db import models

from . import crypto


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """Text, AES-256-GCM in the database, plain in Python. Cannot be filtered on (keep a blind index beside it)."""

    @property
    def _context(self) -> str:
        return f"{self.model._meta.label_lower}.{self.name}"

    def reencrypted(self, stored: str) -> str:
        """A stored value of this field under the newest key. Raises DecryptionError."""
        return crypto.encrypt(crypto.decrypt(stored, self._context), self._context)

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return value if value in (None, "") else crypto.encrypt(value, self._context)

    def from_db_value(self, value: Any, *_: Any) -> Any:
        return value if value in (None, "") else crypto.decrypt(value, self._context)


class EncryptedJSONField(EncryptedTextField):
    """A JSON value, encrypted as one text."""

    if TYPE_CHECKING:  # how django-stubs is told what a field takes and gives
        _pyi_private_set_type: Any
        _pyi_private_get_type: Any

    def get_prep_value(self, value: Any) -> Any:
        return crypto.encrypt(json.dumps(value, ensure_ascii=False, default=str), self._context)

    def from_db_value(self, value: Any, *args: Any) -> Any:
        text = super().from_db_value(value, *args)
        return json.loads(text) if text else {}

    def value_to_string(self, obj: models.Model) -> str:
        return json.dumps(self.value_from_object(obj), ensure_ascii=False, default=str)

    def to_python(self, value: Any) -> Any:
        return json.loads(value) if isinstance(value, str) and value else value
