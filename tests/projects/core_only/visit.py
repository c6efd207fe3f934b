"""What must work with the core alone: check, migrate, token over HTTP, a call over the socket, its widget."""

from __future__ import annotations

import asyncio

import django
from django.core.management import call_command


async def visit(token: str) -> None:
    from rtc_service.db import in_db
    from rtc_service.models import Call
    from rtc_service.testing import assert_replay_equals_snapshot
    from rtc_service.testing_sockets import Tab, sockets

    async with sockets():
        tab = await Tab().open(token)
        asked = await tab.ask("call.request", {"page_kind": "product", "title": "Teapot"})
        assert asked["body"]["result"]["snapshot"]["state"] == "waiting", asked
        assert (await tab.ask("call.cancel"))["body"]["result"] == {"ended": True}
        await tab.event("call.ended")
        assert await tab.refused("agents.ready") == "unknown_kind"
        await in_db(lambda: assert_replay_equals_snapshot(Call.objects.get()))


def main() -> None:
    django.setup()
    from django.test import Client

    call_command("check", fail_level="WARNING")
    call_command("makemigrations", check=True, dry_run=True)
    call_command("migrate", verbosity=0)
    answer = Client().post("/rtc/session/", "{}", content_type="application/json")
    assert answer.status_code == 200, answer.content
    assert Client().get("/rtc/widget/").status_code == 200
    asyncio.run(visit(answer.json()["token"]))
    print("visited")


if __name__ == "__main__":
    main()
