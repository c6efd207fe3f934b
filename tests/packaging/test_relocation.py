"""A host with packages of its own called `agents`, `tickets`, `commerce` and `recordings`: Python finds the host's, so
ours move to where the host puts them, as docs/install.md ("Names that may clash") says."""

from __future__ import annotations

import json
import shutil
import sysconfig
from pathlib import Path

from .conftest import ROOT, Host, blocks

LEAVES = {"agents": "Agents", "tickets": "Tickets", "commerce": "Commerce", "recordings": "Recordings"}
LOOK = """
import json
from django.apps import apps
from django.template.loader import get_template
from django.urls import reverse
from rtc_service import registry
import tickets
leaves = [config for config in apps.get_app_configs() if config.label.startswith("rtc_")]
print(json.dumps({
    "own": tickets.OWN,
    "names": {config.label: config.name for config in leaves},
    "tables": sorted(model._meta.db_table for config in leaves for model in config.get_models()),
    "panels": sorted(registry.get().panels),
    "workbench": reverse("rtc_agents:workbench"),
    "template": get_template("rtc_tickets/public.html").origin.name,
}))
"""


def relocate(host: Host) -> None:
    site = Path(host.run("-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    assert site != Path(sysconfig.get_path("purelib"))
    target = host.folder / "shop" / "video"
    target.mkdir()
    (target / "__init__.py").touch()
    for leaf in LEAVES:
        shutil.copytree(site / leaf, target / leaf)
        (host.folder / leaf).mkdir()
        (host.folder / leaf / "__init__.py").write_text("OWN = True\n")


def test_the_leaves_work_from_a_package_of_the_host(host: Host) -> None:
    relocate(host)
    ((_, apps),) = [one for one in blocks(ROOT / "docs" / "install.md", "Names that may clash") if one[0] == "apps.py"]
    (host.folder / "shop" / "apps.py").write_text(apps)
    for file, lines in blocks(ROOT / "README.md", "Add it to your shop"):
        for leaf, name in LEAVES.items():
            lines = lines.replace(f"{leaf}.apps.Rtc{name}Config", f"shop.apps.{name}")
            lines = lines.replace(f'"{leaf}.urls"', f'"shop.video.{leaf}.urls"')
        host.append(file, lines)
    host.manage("check", "--fail-level", "WARNING")
    host.manage("makemigrations", "--check", "--dry-run")
    host.manage("migrate", "-v", "0")
    seen = json.loads(host.manage("shell", "-v", "0", "-c", LOOK))
    assert seen["own"] is True
    assert seen["names"] == {"rtc_service": "rtc_service", **{f"rtc_{leaf}": f"shop.video.{leaf}" for leaf in LEAVES}}
    assert "rtc_tickets_ticket" in seen["tables"] and all(table.startswith("rtc_") for table in seen["tables"])
    assert {"ticket", "product", "customer"} <= set(seen["panels"])
    assert seen["workbench"] == "/workbench/"
    assert "/shop/video/tickets/" in seen["template"]
