"""The whole way over two sockets, and what is said on it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest

from rtc_service.db import in_db
from rtc_service.models import Call, Message, QualitySample, Rating
from rtc_service.testing import assert_replay_equals_snapshot
from tests.harness.people import People
from tests.harness.tab import PRODUCT, Conversation, connecting, ringing, tab_of, talking


async def hang_up(talk: Conversation) -> None:
    assert (await talk.alice.ask("call.hang_up", call=talk.call))["kind"] == "ok"
    await talk.bob.event("call.ended")
    await talk.alice.event("call.ended")


async def test_from_click_to_wrap_up(people: People) -> None:
    talk = await talking(people)
    await talk.say(talk.alice, "is it food safe?")
    assert (await talk.bob.event("message"))["data"]["body"] == "is it food safe?"
    await hang_up(talk)
    assert (await talk.alice.ask("call.rate", {"score": 5, "comment": "kind"}, call=talk.call))["kind"] == "ok"
    wrap_up = await talk.bob.wait(lambda f: f["kind"] == "topic" and f["body"]["value"].get("wrap_up"))
    assert wrap_up["body"]["value"]["wrap_up"]["call"] == talk.call
    assert (await talk.bob.ask("agents.wrap_up", {"call": talk.call, "code": "sold", "note": ""}))["kind"] == "ok"
    await in_db(lambda: assert_replay_equals_snapshot(Call.objects.get(uuid=talk.call)))


async def test_the_log_comes_whole_and_in_order_to_both(people: People) -> None:
    talk = await talking(people)
    await hang_up(talk)
    for tab in (talk.alice, talk.bob):
        await tab.settle()
        seqs = [f["body"]["seq"] for f in tab.frames if f["kind"] == "event"]
        assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))


async def test_what_only_staff_may_read_keeps_its_number(people: People) -> None:
    talk = await talking(people)
    await hang_up(talk)
    await talk.bob.ask("agents.wrap_up", {"call": talk.call, "code": "sold"})
    staff_row = await talk.bob.event("agents.wrapped_up")
    hidden = await talk.alice.event("-")
    assert (hidden["seq"], hidden["data"], hidden["actor"]) == (staff_row["seq"], {}, None)
    assert "agents.wrapped_up" not in talk.alice.kinds()


async def test_two_clicks_mean_one_call(people: People) -> None:
    alice = await tab_of(people.alice)
    first, second = await alice.ask("call.request", PRODUCT), await alice.ask("call.request", PRODUCT)
    assert first["body"]["result"]["call"] == second["body"]["result"]["call"]
    assert await in_db(Call.objects.count) == 1


async def test_a_waiting_customer_sees_the_place_in_the_queue(people: People) -> None:
    alice, charlie = await tab_of(people.alice), await tab_of(people.charlie)
    await alice.ask("call.request", PRODUCT)
    await charlie.ask("call.request", PRODUCT)
    place = await charlie.wait(lambda f: f["kind"] == "topic" and f["body"]["value"].get("position") == 2)
    assert place["body"]["value"]["waiting"] == 2
    await alice.ask("call.cancel")
    await charlie.wait(lambda f: f["kind"] == "topic" and f["body"]["value"].get("position") == 1)


async def test_a_cancelled_call_frees_the_agent(people: People) -> None:
    alice, bob, call, offer = await ringing(people)
    assert (await alice.ask("call.cancel", call=call))["body"]["result"] == {"ended": True}
    await bob.wait(
        lambda f: (
            f["kind"] == "topic"
            and not f["body"]["value"].get("offer")
            and f["body"]["value"].get("presence", {}).get("state") == "ready"
        )
    )
    assert await bob.refused("agents.accept", {"offer": offer}) == "taken"


async def test_a_chat_line_is_kept_once(people: People) -> None:
    talk = await connecting(people)
    client_id = str(uuid4())
    answers = [await talk.say(talk.alice, "hello", client_id) for _ in range(2)]
    assert answers[0]["body"] == answers[1]["body"]
    assert await in_db(Message.objects.count) == 1
    await talk.bob.settle()
    assert talk.bob.kinds().count("message") == 1


async def test_a_chat_line_too_long_is_refused(people: People) -> None:
    talk = await connecting(people)
    assert (await talk.say(talk.alice, "x" * 4_000))["kind"] == "ok"
    assert (await talk.say(talk.alice, "x" * 4_001))["body"]["code"] == "too_large"


async def test_a_call_that_has_ended_takes_no_lines(people: People) -> None:
    talk = await talking(people)
    await hang_up(talk)
    assert (await talk.say(talk.bob, "hello?"))["body"]["code"] == "ended"
    assert (await talk.bob.ask("call.hang_up", call=talk.call))["body"]["result"] == {"ended": False}


async def test_the_other_side_sees_which_sources_are_on(people: People) -> None:
    talk = await connecting(people)
    on = {"camera": True, "microphone": True, "screen": False}
    await talk.alice.ask("media", on, call=talk.call)
    row = await talk.bob.event("media")
    assert {key: row["data"][key] for key in on} == on
    await talk.alice.ask("media", on, call=talk.call)
    await talk.bob.settle()
    assert talk.bob.kinds().count("media") == 1, "the same again is no event"


async def test_media_after_the_end_is_no_event(people: People) -> None:
    talk = await talking(people)
    await hang_up(talk)
    seq = (await in_db(Call.objects.get, uuid=talk.call)).last_seq
    await talk.alice.ask("media", {"camera": True}, call=talk.call)
    assert (await in_db(Call.objects.get, uuid=talk.call)).last_seq == seq


async def test_quality_is_kept_once_per_window(people: People) -> None:
    talk = await talking(people)
    window = {"link": talk.link, "window": 1_790_000_000_000, "seconds": 5, "stats": {"rtt_ms": 12.34567, "fps": 30}}
    now = await talk.alice.ask("ping")
    window["window"] = int(now["body"]["server_time"])
    for _ in range(2):
        assert (await talk.alice.ask("quality", window, call=talk.call))["kind"] == "ok"
    samples = await in_db(lambda: list(QualitySample.objects.values_list("values", flat=True)))
    assert samples == [{"rtt_ms": 12.3457, "fps": 30}]


@pytest.mark.parametrize("score", [0, 6])
async def test_a_rating_is_one_to_five(people: People, score: int) -> None:
    talk = await talking(people)
    assert await talk.alice.refused("call.rate", {"score": score}, call=talk.call) == "bad_message"


async def test_the_last_rating_counts_and_only_the_customer_rates(people: People) -> None:
    talk = await talking(people)
    await hang_up(talk)
    for score in (2, 4):
        await talk.alice.ask("call.rate", {"score": score, "comment": f"{score}"}, call=talk.call)
    assert [(r.score, r.comment) for r in await in_db(lambda: list(Rating.objects.all()))] == [(4, "4")]
    assert await talk.bob.refused("call.rate", {"score": 5}, call=talk.call) == "not_yours"


async def test_nobody_rates_a_call_that_was_never_answered(people: People) -> None:
    alice, _bob, call, _offer = await ringing(people)
    await alice.ask("call.cancel", call=call)
    assert await alice.refused("call.rate", {"score": 1}, call=call) == "conflict"


async def test_a_customer_who_plays_staff_is_refused_and_audited(people: People, audited: Callable[[str], int]) -> None:
    alice = await tab_of(people.alice)
    assert await alice.refused("agents.ready") == "not_yours"
    assert await in_db(audited, "message.refused") == 1


async def test_the_desk_sees_how_many_wait(people: People) -> None:
    bob = await tab_of(people.bob)  # at work, and not ready
    await bob.wait(lambda f: f["kind"] == "topic" and f["body"]["key"] == "agents.queue:main")
    alice = await tab_of(people.alice)
    assert (await alice.ask("call.request", PRODUCT))["kind"] == "ok"
    waiting = await bob.wait(lambda f: f["kind"] == "topic" and f["body"]["value"].get("waiting") == 1)
    assert "position" not in waiting["body"]["value"], "that is the customer's"
    bob.forget()
    await alice.ask("call.cancel")
    await bob.wait(lambda f: f["kind"] == "topic" and f["body"]["value"].get("waiting") == 0)
