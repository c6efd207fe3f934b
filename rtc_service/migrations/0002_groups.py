"""The two permission groups, with what the core has for each."""

from typing import Any

from django.db import migrations

from rtc_service.groups import STAFF, SUPERVISOR, grant

MODELS = [
    "auditentry",
    "call",
    "duty",
    "event",
    "link",
    "message",
    "participant",
    "prompt",
    "qualitysample",
    "rating",
    "visitor",
]


def forward(apps: Any, schema_editor: Any) -> None:
    grant(apps, "rtc_service", STAFF, ["take_calls"])
    views = [f"view_{model}" for model in MODELS]
    # Changing a call is ending it by force, changing a duty is trying it again; nothing else is writable in the admin.
    grant(apps, "rtc_service", SUPERVISOR, ["take_calls", "view_address", "change_call", "change_duty", *views])


class Migration(migrations.Migration):
    dependencies = [
        ("rtc_service", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(forward, migrations.RunPython.noop)]
