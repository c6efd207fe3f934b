"""Both live side by side: ours under `rtc_`, the shop's own untouched."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

OURS = ("rtc_service", "rtc_agents", "rtc_tickets", "rtc_commerce", "rtc_recordings")


def said(name: str, **options: object) -> str:
    out = io.StringIO()
    call_command(name, stdout=out, **options)
    return out.getvalue()


def check_static() -> None:
    """Every import inside our hashed modules names a hashed file that is there."""
    call_command("collectstatic", interactive=False, verbosity=0)
    root = Path(settings.STATIC_ROOT)
    paths = json.loads((root / "staticfiles.json").read_text())["paths"]
    assert all(path.split("/")[0] in (*OURS, "admin", "tickets", "rest_framework") for path in paths), (
        "a file without our prefix"
    )
    modules = [root / hashed for path, hashed in paths.items() if path.startswith("rtc_") and path.endswith(".js")]
    assert len(modules) > 20
    for module in modules:
        for line in re.findall(r"^(?:import|export)[^\n]*?from\s+[\"'](\.[^\"']+)", module.read_text(), re.M):
            target = (module.parent / line).resolve()
            assert target.exists(), f"{module.name} imports {line}"
            assert re.search(r"\.[0-9a-f]{12}\.js$", target.name), f"{module.name} imports {line} without a hash"


def main() -> None:
    django.setup()
    from django.apps import apps
    from django.contrib.auth import get_user_model
    from django.test import Client

    call_command("check", fail_level="WARNING")
    call_command("makemigrations", *OURS, check=True, dry_run=True)
    call_command(
        "makemigrations", "agents", "tickets", "commerce", "recordings", check=False, dry_run=True, verbosity=0
    )
    call_command("migrate", verbosity=0, run_syncdb=True)
    tables = {model._meta.db_table for label in OURS for model in apps.get_app_config(label).get_models()}
    assert tables and all(table.startswith("rtc_") for table in tables)
    user = get_user_model()
    taken = {
        field.get_accessor_name() for field in user._meta.related_objects if field.related_model._meta.app_label in OURS
    }
    assert all(name is None or name.startswith("rtc_") for name in taken), taken
    assert Client().get("/help/").content == b"the shops own tickets"
    assert said("close_stale").strip() == "the shops own command"
    assert Client().post("/rtc/session/", "{}", content_type="application/json").status_code == 200
    check_static()
    print("visited")


if __name__ == "__main__":
    main()
