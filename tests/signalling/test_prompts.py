"""Questions to one party: asked, answered once, expired."""

from __future__ import annotations

from typing import Any

from rtc_service.db import in_db
from rtc_service.models import Participant, Prompt
from rtc_service.services import prompts
from rtc_service.testing import later
from rtc_service.testing_sockets import Frame, Tab, tick
from tests.harness.people import People
from tests.harness.tab import Conversation, talking


async def asked(talk: Conversation, **more: Any) -> Frame:
    def ask() -> None:
        leg = Participant.objects.select_related("call").get(call__uuid=talk.call, role="customer")
        prompts.ask(leg, "recordings.consent", {"text": "May we record?"}, **more)

    await in_db(ask)
    return await talk.alice.kind("prompt")


async def answer(tab: Tab, talk: Conversation, prompt: str, accept: bool = True) -> Frame:
    return await tab.ask(
        "prompt.answer", {"prompt": prompt, "accept": accept, "answer": {"by": "button"}}, call=talk.call
    )


async def test_a_prompt_is_asked_of_its_addressee_and_answered_once(people: People) -> None:
    talk = await talking(people)
    prompt = await asked(talk)
    assert prompt["payload"] == {"text": "May we record?"}
    assert (await answer(talk.alice, talk, prompt["prompt"]))["kind"] == "ok"
    assert (await answer(talk.alice, talk, prompt["prompt"], False))["body"]["code"] == "conflict"
    assert (await talk.bob.event("prompt.answered"))["data"]["state"] == "accepted"
    kept = await in_db(Prompt.objects.get)
    assert (kept.state, kept.answer) == ("accepted", {"by": "button"})


async def test_nobody_answers_for_somebody_else(people: People) -> None:
    talk = await talking(people)
    prompt = await asked(talk)
    assert (await answer(talk.bob, talk, prompt["prompt"]))["body"]["code"] == "not_yours"
    assert "prompt" not in talk.bob.kinds()
    assert (await in_db(Prompt.objects.get)).state == "open"


async def test_a_prompt_without_an_answer_expires(people: People) -> None:
    talk = await talking(people)
    prompt = await asked(talk, seconds=10)
    with later(11):
        await tick()
        assert (await talk.alice.event("prompt.answered"))["data"]["state"] == "expired"
        assert (await answer(talk.alice, talk, prompt["prompt"]))["body"]["code"] == "conflict"


async def test_an_answer_too_late_does_not_count_even_before_the_sweep(people: People) -> None:
    talk = await talking(people)
    prompt = await asked(talk, seconds=10)
    with later(11):
        assert (await answer(talk.alice, talk, prompt["prompt"]))["body"]["code"] == "conflict"


async def test_who_reloads_is_asked_again(people: People) -> None:
    talk = await talking(people)
    prompt = await asked(talk)
    await talk.alice.close()
    alice = await Tab().open(None, resume=talk.alice.resume)
    assert (await alice.kind("prompt"))["prompt"] == prompt["prompt"]


async def test_a_call_that_ends_takes_its_questions_back(people: People) -> None:
    talk = await talking(people)
    await asked(talk)
    await talk.bob.ask("call.hang_up", call=talk.call)
    assert (await talk.alice.event("prompt.answered"))["data"]["state"] == "withdrawn"
    assert (await in_db(Prompt.objects.get)).state == "withdrawn"
