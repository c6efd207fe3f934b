"""One queue, a few wrap-up codes, and what agents and supervisors may do here."""

from typing import Any

from django.db import migrations

from rtc_service.groups import STAFF, SUPERVISOR, grant

CODES = [
    ("sold", "Sold"),
    ("advice", "Advice given"),
    ("after-sales", "After-sales"),
    ("follow-up", "Follow-up needed"),
    ("other", "Other"),
]
EDITED = ["agentprofile", "queue", "wrapupcode"]
SEEN = ["offer", "presence", "wrapup"]


def forward(apps: Any, schema_editor: Any) -> None:
    apps.get_model("rtc_agents", "Queue").objects.get_or_create(slug="main", defaults={"name": "Video service"})
    codes = apps.get_model("rtc_agents", "WrapUpCode").objects
    for number, (code, name) in enumerate(CODES, 1):
        codes.get_or_create(code=code, defaults={"name": name, "order": number * 10})
    grant(apps, "rtc_agents", STAFF, ["use_workbench"])
    verbs = [f"{verb}_{model}" for model in EDITED for verb in ("add", "change", "delete", "view")]
    seen = [f"view_{model}" for model in SEEN]
    # Changing a presence is setting somebody away or offline from the admin.
    grant(apps, "rtc_agents", SUPERVISOR, ["use_workbench", "change_presence", *verbs, *seen])


class Migration(migrations.Migration):
    dependencies = [("rtc_agents", "0001_initial"), ("rtc_service", "0002_groups")]
    operations = [migrations.RunPython(forward, migrations.RunPython.noop)]
