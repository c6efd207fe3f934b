"""The two permission groups that migrations make and every app of the suite fills with its own permissions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.management import create_permissions

STAFF = "rtc customer-service agent"
SUPERVISOR = "rtc supervisor"


def grant(apps: Any, label: str, group: str, codenames: Iterable[str]) -> None:
    """For data migrations: make the app's permissions now (Django would after the last migration) and grant some."""
    config = apps.get_app_config(label)
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    permissions = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label=label, codename__in=list(codenames)
    )
    apps.get_model("auth", "Group").objects.get_or_create(name=group)[0].permissions.add(*permissions)
