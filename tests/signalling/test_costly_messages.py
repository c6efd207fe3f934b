"""What one party may repeat without end costs the others: rows of the log, peer connections, long readings."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest

from rtc_service.db import in_db
from rtc_service.models import Call
from rtc_service.signalling import hub, limits, protocol
from rtc_service.signalling.outgoing import BYE_CODES
from rtc_service.testing_sockets import Frame, Tab
from tests.harness.people import People
from tests.harness.tab import connecting, talking


async def codes(tab: Tab, kind: str, bodies: list[Frame], call: str) -> list[str]:
    """`ok` or the error's code of each answer; sent all at once."""
    ids = [await tab.say(kind, body, call=call) for body in bodies]
    answers = [await tab.wait(lambda frame, id=id: frame.get("id") == id) for id in ids]  # type: ignore[misc]
    return [answer["body"].get("code", answer["kind"]) for answer in answers]


async def test_an_agent_is_not_made_to_build_connections_without_end(people: People) -> None:
    talk = await talking(people)
    talk.bob.forget()
    most = int(limits.COSTLY["link.renew"][1])
    asked = [{"link": talk.link, "generation": generation} for generation in range(1, most + 6)]
    answers = await codes(talk.alice, "link.renew", asked, talk.call)
    assert answers[:most] == ["ok"] * most and "flood" in answers[most:]
    await talk.bob.settle()
    assert talk.bob.kinds().count("link.open") <= most + 1


async def test_devices_switched_without_end_do_not_fill_the_log(people: People) -> None:
    talk = await talking(people)
    before = (await in_db(Call.objects.get, uuid=talk.call)).last_seq
    answers = await codes(talk.alice, "media", [{"camera": turn % 2 == 0} for turn in range(35)], talk.call)
    after = (await in_db(Call.objects.get, uuid=talk.call)).last_seq
    assert after - before <= limits.COSTLY["media"][1] + 2
    assert "flood" in answers
    assert (await talk.bob.ask("ping"))["kind"] == "pong"


async def test_the_log_is_not_read_over_and_over(people: People) -> None:
    talk = await talking(people)
    answers = await codes(talk.alice, "replay", [{"from_seq": 0}] * 20, talk.call)
    most = int(limits.COSTLY["replay"][1])
    assert answers[:most] == ["replay"] * most and "flood" in answers[most:]


async def test_pings_that_lie_about_what_was_read_are_believed_a_few_times(
    people: People, core: Callable[..., None]
) -> None:
    core(MESSAGE_RATE=100_000.0, MESSAGE_BURST=100_000.0)
    talk = await talking(people)
    await talk.alice.settle()
    last = (await in_db(Call.objects.get, uuid=talk.call)).last_seq
    talk.alice.forget()
    for _ in range(15):
        await talk.alice.ask("ping", {"seqs": {talk.call: 0}})
        while (await talk.alice.ask("ping"))["body"]["seqs"][talk.call] < last:
            pass  # it reads again, as it was asked to
    rows = [frame for frame in talk.alice.frames if frame["kind"] == "event"]
    assert 0 < len(rows) <= last * (limits.CATCHING_UP[1] + 1)


async def test_lines_of_one_party_are_counted(people: People, core: Callable[..., None]) -> None:
    core(CHAT_LINES=3)
    talk = await talking(people)
    first = str(uuid4())
    assert (await talk.say(talk.alice, "1", first))["kind"] == "ok"
    for line in "23":
        assert (await talk.say(talk.alice, line))["kind"] == "ok"
    assert (await talk.say(talk.alice, "4"))["body"]["code"] == "too_many_messages"
    assert (await talk.say(talk.alice, "1", first))["kind"] == "ok", "a repeated line is no new one"
    assert (await talk.say(talk.bob, "and I may still answer"))["kind"] == "ok"


async def test_a_full_log_takes_only_what_ends_the_call(people: People, core: Callable[..., None]) -> None:
    talk = await talking(people)
    core(EVENTS_PER_CALL=1)
    assert await talk.alice.refused("media", {"camera": True}, call=talk.call) == "flood"
    assert (await talk.say(talk.alice, "hello"))["body"]["code"] == "flood"
    assert (await talk.bob.ask("call.hang_up", call=talk.call))["kind"] == "ok"


@pytest.mark.parametrize("stats", [{"rtt_ms": 1e308}, {"latency_ms": -1e308}, {"bitrate": 1e300}, {"jitter_ms": -1}])
async def test_figures_that_no_chart_can_hold(people: People, stats: Frame) -> None:
    talk = await connecting(people)
    body = {"link": talk.link, "window": 1, "seconds": 5, "stats": stats}
    assert await talk.alice.refused("quality", body, call=talk.call) == "bad_message"


async def test_who_opens_sockets_without_end_is_turned_away(people: People, audited: Callable[[str], int]) -> None:
    hub.current().arrivals = limits.Buckets(rate=0.0, burst=3.0)
    for _ in range(3):  # coming and going is normal
        tab = await Tab().connect(address="2001:db8:1:2::1")
        await (await tab.settle()).close()
    for _ in range(8):
        turned_away = await Tab().connect(address="2001:db8:1:2:ffff::9")  # the whole /64 is one household
        assert await turned_away.error() == "flood"
        assert await turned_away.closed() == protocol.CLOSE_RESTART
        await turned_away.close()
    neighbour = await Tab().connect(address="2001:db8:1:3::1")
    assert (await neighbour.settle()).code is None
    assert 1 <= await in_db(audited, "socket.refused.rate") <= 6, "nor does this fill the table"


async def test_strange_pages_do_not_fill_the_audit_log(people: People, audited: Callable[[str], int]) -> None:
    for _ in range(12):
        tab = await Tab().connect(origin="https://evil.example", address="192.0.2.7")
        assert await tab.closed() == protocol.CLOSE_NOT_YOURS
        await tab.close()
    assert 1 <= await in_db(audited, "socket.refused.origin") <= 6


def test_every_close_code_can_be_sent_by_daphne() -> None:
    """Autobahn raises for 1012: the socket would then stay open, and the browser never know."""
    codes = {value for name, value in vars(protocol).items() if name.startswith("CLOSE_")} | set(BYE_CODES.values())
    assert all(code == 1000 or 3000 <= code <= 4999 for code in codes)
