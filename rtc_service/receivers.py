"""What the host's accounts do, for the audit: log-ins of staff, and changes of who may do what.

Model signals know no request. Inside our admin pages `audit.acting` says who it is; for the host's own account pages
the admin's log entry, written in the same transaction, becomes an entry with the user beside those of the signals.
`QuerySet.update()` and SQL send no signals and are not seen here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save
from django.http import HttpRequest

from .requests import address_of
from .services import audit
from .signalling.limits import Buckets, network

FLAGS = ("is_active", "is_staff", "is_superuser")
OTP_LABELS = ("otp_totp", "otp_static", "otp_hotp", "otp_email")
# Anybody may fail to log in, and must not fill the audit: so many a second from one network, and in all.
_per_network, _in_all = Buckets(0.1, 5.0), Buckets(1.0, 20.0, most=1)


def connect() -> None:
    """Called once from `AppConfig.ready()`."""
    user = get_user_model()
    user_logged_in.connect(logged_in, dispatch_uid="rtc_logged_in")
    user_logged_out.connect(logged_out, dispatch_uid="rtc_logged_out")
    user_login_failed.connect(login_failed, dispatch_uid="rtc_login_failed")
    pre_save.connect(remember_flags, sender=user, dispatch_uid="rtc_flags_before")
    post_save.connect(compare_flags, sender=user, dispatch_uid="rtc_flags_after")
    for model in (user, Group):
        post_delete.connect(deleted, sender=model, dispatch_uid=f"rtc_deleted_{model.__name__}")
    for model, name in ((user, "groups"), (user, "user_permissions"), (Group, "permissions")):
        field = getattr(model, name, None)  # a host's user may have neither
        if field is not None:
            m2m_changed.connect(members_changed, sender=field.through, dispatch_uid=f"rtc_{model.__name__}_{name}")
    if apps.is_installed("django.contrib.admin"):
        from django.contrib.admin.models import LogEntry

        post_save.connect(admin_logged, sender=LogEntry, dispatch_uid="rtc_admin_logged")


# --- log-ins ---


def is_staff(user: Any) -> bool:
    """Staff of the service: who enters the admin, or takes calls."""
    return bool(getattr(user, "is_staff", False) or user.has_perm("rtc_service.take_calls"))


def _address(request: HttpRequest | None) -> str:
    return "" if request is None else address_of(request)


def logged_in(request: HttpRequest | None, user: Any, **_: Any) -> None:
    if is_staff(user):
        audit.record("staff.logged_in", user_id=user.pk, address=_address(request))


def logged_out(request: HttpRequest | None, user: Any, **_: Any) -> None:
    if user is not None and is_staff(user):
        audit.record("staff.logged_out", user_id=user.pk, address=_address(request))


def login_failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """For an account of staff, with which; for a name that nobody has, without it (people type passwords there)."""
    address = _address(request)
    if not _per_network.take(network(address)) or not _in_all.take(""):
        return
    users = get_user_model()
    name = credentials.get(users.USERNAME_FIELD) or credentials.get("username")
    user = users._default_manager.filter(**{users.USERNAME_FIELD: name}).first() if isinstance(name, str) else None
    if user is None:
        audit.record("staff.log_in_failed", address=address, known=False)
    elif is_staff(user):
        audit.record("staff.log_in_failed", address=address, target=f"user:{user.pk}", known=True)


# --- who may do what ---


def remember_flags(instance: Any, update_fields: Iterable[str] | None = None, **_: Any) -> None:
    instance._rtc_flags = None
    names = [name for name in FLAGS if hasattr(instance, name)]
    if update_fields is not None and not set(update_fields) & set(names):
        return  # each log-in saves `last_login`
    kept = type(instance)._base_manager.filter(pk=instance.pk).values(*names).first() if instance.pk else None
    instance._rtc_flags = kept or dict.fromkeys(names, False) | {"is_active": True}


def compare_flags(instance: Any, created: bool, **_: Any) -> None:
    before = getattr(instance, "_rtc_flags", None)
    if before is None:
        return
    changed = {name: [old, getattr(instance, name)] for name, old in before.items() if old != getattr(instance, name)}
    if changed:
        audit.record("user.added" if created else "user.changed", target=f"user:{instance.pk}", fields=changed)


def deleted(sender: type, instance: Any, **_: Any) -> None:
    audit.record("group.deleted" if sender is Group else "user.deleted", target=_target(instance))


def _target(instance: Any) -> str:
    return f"{'group' if isinstance(instance, Group) else 'user'}:{instance.pk}"


def members_changed(
    sender: Any, instance: Any, action: str, reverse: bool, model: Any, pk_set: set[Any] | None, **_: Any
) -> None:
    """Groups of a user, permissions of a user or group; from the other end (`group.user_set`) one entry per user."""
    word = {"post_add": "added", "post_remove": "removed", "pre_clear": "removed"}.get(action)
    if word is None:
        return
    names = [field.name for field in sender._meta.fields if field.is_relation]
    if pk_set is None:  # cleared: what was there
        mine, other = (names[1], names[0]) if reverse else (names[0], names[1])
        if not isinstance(instance, sender._meta.get_field(mine).related_model):
            mine, other = other, mine
        pk_set = set(sender._base_manager.filter(**{mine: instance}).values_list(other, flat=True))
    if not pk_set:
        return
    given: dict[str, Any]
    if not reverse:
        given = {word: _named(model, pk_set)}
        audit.record("permissions.changed", target=_target(instance), kind=_kind(model), **given)
        return
    for owner in model._base_manager.filter(pk__in=pk_set):
        given = {word: _named(type(instance), {instance.pk})}
        audit.record("permissions.changed", target=_target(owner), kind=_kind(type(instance)), **given)


def _kind(model: Any) -> str:
    return "groups" if issubclass(model, Group) else "permissions"


def _named(model: Any, keys: set[Any]) -> list[str]:
    """By name: ids say nothing once the group is gone. Neither names a person."""
    if issubclass(model, Group):
        return sorted(model._base_manager.filter(pk__in=keys).values_list("name", flat=True))
    found = model._base_manager.filter(pk__in=keys).values_list("content_type__app_label", "codename")
    return sorted(f"{label}.{codename}" for label, codename in found)


def admin_logged(instance: Any, created: bool, **_: Any) -> None:
    """An account, a group or a second factor was changed on one of the host's pages."""
    kind = instance.content_type
    if not created or kind is None or (kind.app_label, kind.model) not in _watched():
        return
    action = {1: "admin.added", 2: "admin.changed", 3: "admin.deleted"}.get(instance.action_flag)
    if action is not None:
        target = f"{kind.app_label}.{kind.model}:{instance.object_id}"
        audit.record(action, user_id=instance.user_id, target=target, change=_fields(instance.change_message))


def _watched() -> set[tuple[str, str]]:
    devices: list[Any] = [model for model in apps.get_models() if model._meta.app_label in OTP_LABELS]
    return {(model._meta.app_label, str(model._meta.model_name)) for model in [get_user_model(), Group, *devices]}


def _fields(message: str) -> list[Any]:
    """Which fields, without the objects' names: those are people."""
    try:
        given = json.loads(message)
    except ValueError:
        return []
    parts = [part for part in given if isinstance(part, dict)] if isinstance(given, list) else []
    return [
        {verb: {key: value for key, value in detail.items() if key != "object"} if isinstance(detail, dict) else {}}
        for part in parts
        for verb, detail in part.items()
    ]
