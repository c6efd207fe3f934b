"""The key ring: does it open what is stored, and which of its keys does nothing need any more?"""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.conf import settings
from django.db import connection, models

from .. import conf, crypto
from ..fields import EncryptedTextField
from .finding import Finding, ok, problem, warning

KEY_BYTES, FORM = 32, "Each entry of core.KEY_RING is [id, base64 of 32 bytes]."


def check() -> list[Finding]:
    try:
        ring = crypto.key_ring()
    except (ValueError, TypeError) as error:
        return [problem(f"The key ring cannot be read: {error}.", FORM)]
    if bad := [key for key, value in ring.items() if len(value) != KEY_BYTES]:
        # By its place: where somebody has swapped the two, the id is the key.
        place = list(ring).index(bad[0]) + 1
        return [problem(f"Entry {place} of the key ring has not a key of {KEY_BYTES} bytes.", FORM)]
    found: list[Finding] = []
    used: set[str] = set()
    for field in columns():
        found += _newest(field)
        used |= {key for key in ring if _any(field, _begins(field), *_beginning(key))}
        unknown = " AND ".join(f"NOT {_begins(field)}" for _key in ring)
        if _any(field, unknown, *(part for key in ring for part in _beginning(key))):
            hint = "Put the key that is missing back into core.KEY_RING: without it these values are lost."
            found.append(problem(f"{_name(field)} holds values under a key that is not in the ring.", hint))
    if not conf.core().KEY_RING and not settings.DEBUG:
        text = "There is no key ring: values are encrypted by SECRET_KEY."
        found.append(warning(text, "Set core.KEY_RING (rtc_service.W003)."))
    return [*found, *_spare(list(ring), used)] if found else [ok(_summary(ring, used)), *_spare(list(ring), used)]


def _summary(ring: dict[str, bytes], used: set[str]) -> str:
    return f"{len(ring)} keys, {len(used)} in use; a value of each encrypted column opens."


def _spare(ring: list[str], used: set[str]) -> Iterator[Finding]:
    """The first encrypts, the last also makes the index of phone numbers: both stay."""
    for key in ring[1:-1]:
        if key not in used:
            yield ok(f"Key {key} is in no value any more and may leave the ring.")


def columns() -> list[EncryptedTextField]:
    """Every encrypted column of every app of this project."""
    return [
        field
        for model in apps.get_models()
        if model._meta.managed and not model._meta.proxy
        for field in model._meta.local_concrete_fields
        if isinstance(field, EncryptedTextField)
    ]


def _name(field: EncryptedTextField) -> str:
    return f"{field.model._meta.label_lower}.{field.name}"


def _column(field: EncryptedTextField) -> str:
    return connection.ops.quote_name(str(field.column))


def _begins(field: EncryptedTextField) -> str:
    """Not LIKE: an id may hold its wildcards."""
    return f"substr({_column(field)}, 1, %s) = %s"


def _beginning(key: str) -> tuple[int, str]:
    return len(key) + 1, f"{key}:"


def _rows(field: EncryptedTextField, where: str, tail: str, *given: int | str) -> list[tuple[str]]:
    model: type[models.Model] = field.model
    table = connection.ops.quote_name(model._meta.db_table)
    sql = f"SELECT {_column(field)} FROM {table} WHERE {_column(field)} <> '' AND {where} {tail}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return list(cursor.fetchall())


def _any(field: EncryptedTextField, where: str, *given: int | str) -> bool:
    return bool(_rows(field, where, "LIMIT 1", *given))


def _newest(field: EncryptedTextField) -> list[Finding]:
    """One value, opened. The raw column is read: the field itself would raise in the middle of a query."""
    key = connection.ops.quote_name(str(field.model._meta.pk.column))
    rows = _rows(field, "1 = 1", f"ORDER BY {key} DESC LIMIT 1")
    try:
        for (stored,) in rows:
            crypto.decrypt(stored, _name(field))
    except crypto.DecryptionError as error:
        hint = "Restore the key ring with which it was written; nothing else can open it."
        return [problem(f"The newest value of {_name(field)} cannot be read: {error}.", hint)]
    return []
