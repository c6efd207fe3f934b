"""The golden messages that the Python and the JavaScript tests share: `tests/fixtures/protocol/`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rtc_service.signalling import protocol

FIXTURES = Path(__file__).parent.parent / "fixtures" / "protocol"
KINDS = {"client": protocol.CLIENT_KINDS, "server": protocol.SERVER_KINDS}


def golden(pattern: str) -> list[Any]:
    return [pytest.param(json.loads(path.read_text()), id=path.stem) for path in sorted(FIXTURES.glob(pattern))]


def frame_of(case: dict[str, Any]) -> str:
    return str(case["frame"]) if "frame" in case else json.dumps(case["message"])


def read(case: dict[str, Any]) -> tuple[protocol.Envelope, protocol.Body]:
    envelope = protocol.decode(frame_of(case))
    return envelope, protocol.decode_body(envelope.body, KINDS[case["direction"]][envelope.kind])


@pytest.mark.parametrize("case", golden("*.json"))
def test_it_reads_and_writes_back_a_golden_message(case: dict[str, Any]) -> None:
    envelope, body = read(case)
    written = json.loads(protocol.encode(envelope.kind, body, id=envelope.id, call=envelope.call, seq=envelope.seq))
    sent = case["message"]
    assert written["kind"] == sent["kind"]
    assert (written.get("id"), written.get("call")) == (sent.get("id"), sent.get("call"))
    assert {key: written["body"][key] for key in sent["body"]} == sent["body"]


@pytest.mark.parametrize("case", golden("bad/*.json"))
def test_it_names_what_is_wrong_with_a_bad_message(case: dict[str, Any]) -> None:
    with pytest.raises(protocol.BadMessage) as caught:
        read(case)
    assert caught.value.code == case["code"]


@pytest.mark.parametrize("direction", KINDS)
def test_every_kind_has_a_golden_message(direction: str) -> None:
    shown = {json.loads(path.read_text())["message"]["kind"] for path in FIXTURES.glob(f"{direction}.*.json")}
    assert shown == set(KINDS[direction])


def test_every_field_of_a_body_is_shown_by_some_golden_message() -> None:
    shown: dict[tuple[str, str], set[str]] = {}
    for path in FIXTURES.glob("*.json"):
        case = json.loads(path.read_text())
        message = case["message"]
        shown.setdefault((case["direction"], message["kind"]), set()).update(message["body"])
    for direction, kinds in KINDS.items():
        for kind, struct in kinds.items():
            names = {field.encode_name for field in msgspec.structs.fields(struct)}
            assert names <= shown[direction, kind], kind
