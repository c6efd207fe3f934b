"""What the supervisors' group may do with tickets. Agents need no permission for the tickets of their own calls."""

from typing import Any

from django.db import migrations

from rtc_service.groups import SUPERVISOR, grant


def forward(apps: Any, schema_editor: Any) -> None:
    grant(apps, "rtc_tickets", SUPERVISOR, ["view_ticket", "change_ticket", "view_comment", "add_comment"])


class Migration(migrations.Migration):
    dependencies = [("rtc_tickets", "0001_initial"), ("rtc_service", "0002_groups")]
    operations = [migrations.RunPython(forward, migrations.RunPython.noop)]
