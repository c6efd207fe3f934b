"""Supervisors see which programs may use the API; who makes and revokes their keys is given that by name."""

from typing import Any

from django.db import migrations

from rtc_service.groups import SUPERVISOR, grant


def forward(apps: Any, schema_editor: Any) -> None:
    grant(apps, "rtc_service", SUPERVISOR, ["view_apiclient"])


class Migration(migrations.Migration):
    dependencies = [("rtc_service", "0005_audit_chain")]
    operations = [migrations.RunPython(forward, migrations.RunPython.noop)]
