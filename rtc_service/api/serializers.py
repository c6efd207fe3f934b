"""Fields and shapes that several views share. What is written is checked strictly; what is read is described."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import models
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
NEWEST = datetime(2200, 1, 1, tzinfo=UTC)
MOST_INTEGER = 2**31 - 1


class Strict(serializers.Serializer):
    """A body or query string: names that we do not know are refused, so that a typing error is not silence."""

    def to_internal_value(self, data: Any) -> Any:
        unknown: dict[str, Any] = {}
        if isinstance(data, Mapping):
            known = {name for name, field in self.fields.items() if not field.read_only}
            for name in data:
                if name not in known:
                    unknown[str(name)[:100]] = [ErrorDetail("There is no such name here.", code="unknown_field")]
        try:
            valid = super().to_internal_value(data)
        except ValidationError as error:
            raise ValidationError({**unknown, **error.detail}) from None
        if unknown:
            raise ValidationError(unknown)
        return valid


class Text(serializers.CharField):
    """A text and not a number that could be written as one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class Whole(serializers.IntegerField):
    """A JSON integer; in query strings, where all is text, an IntegerField does."""

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return int(super().to_internal_value(data))


class Flag(serializers.BooleanField):
    """true or false, and none of the words that mean it."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return bool(data)


class Identifier(serializers.UUIDField):
    """A UUID as text."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class Moment(serializers.DateTimeField):
    """RFC 3339, in UTC when it says nothing; between the years 2000 and 2200, which every calendar holds."""

    default_error_messages = {"range": "The years 2000 to 2199 are possible."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso-8601", default_timezone=UTC, input_formats=["iso-8601"], **kwargs)

    def to_internal_value(self, value: Any) -> datetime:
        moment: datetime = super().to_internal_value(value)
        if not OLDEST <= moment < NEWEST:
            self.fail("range")
        return moment

    def to_representation(self, value: Any) -> Any:
        return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")


class NamedChoice(serializers.ChoiceField):
    """An IntegerChoices by its names in small letters: `"high"` and not 30."""

    def __init__(self, choices: type[models.IntegerChoices], **kwargs: Any) -> None:
        self.kind = choices
        super().__init__(choices=[(item.name.lower(), item.label) for item in choices], **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        return self.kind[str(super().to_internal_value(data)).upper()].value

    def to_representation(self, value: Any) -> str:
        return self.kind(value).name.lower()


class ListQuery(Strict):
    """What every list takes."""

    cursor = serializers.CharField(required=False, max_length=300, help_text="`next` of the page before")
    limit = serializers.IntegerField(required=False, min_value=1, max_value=MOST_INTEGER, help_text="rows of a page")


class PeriodQuery(ListQuery):
    """A list of what has a moment: from (included) to (not included)."""

    def get_fields(self) -> dict[str, Any]:
        # `from` is a word of Python's and cannot be written as an attribute.
        return {**super().get_fields(), "from": Moment(required=False), "to": Moment(required=False)}


def within(rows: models.QuerySet[Any], field: str, query: dict[str, Any]) -> models.QuerySet[Any]:
    """The rows of the query's period."""
    if "from" in query:
        rows = rows.filter(**{f"{field}__gte": query["from"]})
    if "to" in query:
        rows = rows.filter(**{f"{field}__lt": query["to"]})
    return rows


class Nothing(Strict):
    """A body without fields."""


class ErrorShape(serializers.Serializer):
    """`pointer` into the body (RFC 6901), or the `parameter` of the query string."""

    pointer = serializers.CharField(required=False)
    parameter = serializers.CharField(required=False)
    code = serializers.CharField()
    detail = serializers.CharField()

    class Meta:
        ref_name = "Error"


class ProblemShape(serializers.Serializer):
    """RFC 9457. `code` is stable; some problems bring more, like the `call` that is open already."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField(allow_blank=True)
    errors = ErrorShape(many=True, required=False)
    retry_after = serializers.FloatField(required=False, help_text="seconds")

    class Meta:
        ref_name = "Problem"
