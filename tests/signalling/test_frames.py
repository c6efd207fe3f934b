"""Bad input: a named error to the sender, and the socket lives."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest

from rtc_service.signalling import protocol
from rtc_service.signalling.protocol import envelope
from tests.harness.people import People
from tests.harness.tab import tab_of

DEEP = "[" * 30_000 + "]" * 30_000


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("{", "bad_json"),
        ("", "bad_json"),
        ("null", "bad_message"),
        ("[]", "bad_message"),
        ("{}", "bad_message"),
        ('{"kind":""}', "bad_message"),
        ('{"kind":7}', "bad_message"),
        ('{"kind":"ping","id":"not a uuid"}', "bad_message"),
        ('{"kind":"ping","v":"1"}', "bad_message"),
        ('{"kind":"ping","v":0}', "unsupported_version"),
        ('{"kind":"ping","v":99}', "unsupported_version"),
        ('{"kind":"ping","seq":-1}', "bad_message"),
        ('{"kind":"ping","body":[]}', "bad_message"),
        ('{"kind":"ping","body":{"t":"soon"}}', "bad_message"),
        ('{"kind":"ping","body":' + DEEP + "}", "bad_json"),
        (DEEP, "bad_message"),
        (b"\xff\xfe", "bad_json"),
        (b'{"kind":"\xff"}', "bad_json"),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_what_cannot_be_read(people: People, frame: str | bytes, code: str) -> None:
    tab = await tab_of(people.alice)
    await tab.send(frame)
    assert await tab.error() == code
    assert (await tab.ask("ping", {"t": 1}))["kind"] == "pong"


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("nonsense", {}, "unknown_kind"),
        ("welcome", {}, "unknown_kind"),
        ("agents.ready", {}, "not_yours"),
        ("chat", {}, "bad_message"),
        ("chat", {"client_id": "x", "body": "hi"}, "bad_message"),
        ("chat", {"client_id": str(uuid4()), "body": ""}, "bad_message"),
        ("call.request", {"media": "smell"}, "bad_message"),
        ("call.request", {"title": "x" * 201}, "bad_message"),
        ("link.description", {"link": str(uuid4()), "generation": 0, "n": 1, "type": "offer"}, "bad_message"),
        ("link.description", {"link": str(uuid4()), "generation": 1, "n": 1, "type": "steal"}, "bad_message"),
        ("link.candidates", {"link": str(uuid4()), "generation": 1, "n": 1, "candidates": []}, "bad_message"),
        ("chat", {"client_id": str(uuid4()), "body": "no call"}, "not_yours"),
    ],
)
async def test_what_does_not_fit(people: People, kind: str, body: dict[str, object], code: str) -> None:
    tab = await tab_of(people.alice)
    assert await tab.refused(kind, body) == code
    await tab.settle()


async def test_unknown_keys_are_ignored(people: People) -> None:
    tab = await tab_of(people.alice)
    await tab.send(json.dumps({"kind": "ping", "news": 1, "body": {"t": 5, "colour": "red"}}))
    assert (await tab.kind("pong"))["t"] == 5


async def test_one_version_back_is_understood(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envelope, "VERSION", protocol.VERSION + 1)
    tab = await tab_of(people.alice)
    answer = await tab.ask("ping", v=envelope.VERSION - 1)
    assert (answer["kind"], answer["v"]) == ("pong", envelope.VERSION - 1), "and answered so that it can be read"
    assert (await tab.ask("ping", v=envelope.VERSION))["kind"] == "pong"


async def test_a_message_too_long_is_refused(people: People) -> None:
    tab = await tab_of(people.alice)
    await tab.send(json.dumps({"kind": "ping", "body": {"x": "y" * 65_536}}))
    assert await tab.error() == "too_large"
    await tab.settle()


async def test_a_message_is_measured_in_bytes(people: People) -> None:
    tab = await tab_of(people.alice)
    await tab.send(json.dumps({"kind": "ping", "body": {"x": "茶" * 30_000}}, ensure_ascii=False))
    assert await tab.error() == "too_large"
    await tab.settle()


async def test_a_handler_that_breaks_does_not_take_the_socket_along(
    people: People, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from rtc_service import registry

    def broken(caller: object, body: object) -> None:
        raise RuntimeError("a bug")

    known = registry.get().messages["call.cancel"]
    monkeypatch.setitem(registry.get().messages, "call.cancel", type(known)(known.body, broken, known.roles))
    tab = await tab_of(people.alice)
    answer = await tab.ask("call.cancel")
    assert answer["body"]["code"] == "internal"
    assert "a bug" not in json.dumps(answer)
    assert "a bug" in caplog.text
    await tab.settle()


@pytest.mark.parametrize("title", ["a\\u0000b", "\\ud800", "\\udc00\\ud800"])
async def test_text_that_no_database_holds_is_refused(people: People, title: str) -> None:
    tab = await tab_of(people.alice)
    sent = str(uuid4())
    await tab.send(f'{{"kind":"call.request","id":"{sent}","body":{{"title":"{title}"}}}}')
    await tab.settle()
    assert await tab.error() in ("bad_message", "bad_json")
