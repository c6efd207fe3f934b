"""No SDP, no phone number, no name, no chat line and no token in any log, at any level."""

from __future__ import annotations

import logging

import pytest

from rtc_service import registry
from rtc_service.db import in_db
from rtc_service.models import AuditEntry, Event, Visitor
from rtc_service.testing_sockets import Tab, tick
from tests.harness.people import People
from tests.harness.tab import fresh, tab_of, talking

PHONE = "+8613800138000"
SDP = "v=0 o=- 4611731400430051336 fingerprint-of-alice"
LINE = "my card is 4111 1111 1111 1111"


async def test_a_whole_call_with_errors(
    people: People, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("rtc_service", "django", "asyncio", "channels", "celery"):
        caplog.set_level(logging.DEBUG, logger=name)

    def give_phone() -> None:
        visitor = Visitor.objects.get(pk=people.alice.pk)
        visitor.phone, visitor.name = PHONE, "Alice Liddell"
        visitor.save()

    await in_db(give_phone)
    talk = await talking(people)
    spent = fresh(people.beth)
    await (await Tab().open(spent)).close()
    again = await Tab().connect()
    await again.hello(spent)
    await talk.alice.ask("link.description", talk.description(sdp=SDP))
    await talk.alice.ask("link.description", talk.description(sdp=SDP * 800))
    stranger = await tab_of(people.charlie)
    await stranger.ask("link.description", talk.description(sdp=SDP))
    await talk.say(talk.alice, LINE)
    await talk.alice.send(LINE)

    def broken(caller: object, body: object) -> None:
        raise RuntimeError("a bug")

    known = registry.get().messages["chat"]
    monkeypatch.setitem(registry.get().messages, "chat", type(known)(known.body, broken, known.roles))
    assert (await talk.say(talk.alice, LINE))["body"]["code"] == "internal"
    await tick()
    await talk.alice.close()
    resumed = await Tab().open(None, resume=talk.alice.resume)
    await resumed.ask("call.hang_up", call=talk.call)

    assert "a bug" in caplog.text and "token.replayed" in caplog.text, "logs were captured"
    kept = await in_db(lambda: [str(row.__dict__) for model in (Event, AuditEntry) for row in model.objects.all()])
    secrets = [PHONE, "fingerprint-of-alice", "4111 1111", "Liddell", spent, talk.alice.resume, resumed.resume]
    for secret in secrets:
        assert secret not in caplog.text
        assert not any(secret in row for row in kept), "neither in the log of the call nor in the audit"
