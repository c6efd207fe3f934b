"""The two parties on two ASGI processes: daphne and uvicorn, PostgreSQL, Redis pub/sub between them."""

from __future__ import annotations

import contextlib
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from demo.children import leash
from rtc_service.db import in_db
from rtc_service.models import Call
from rtc_service.testing import assert_replay_equals_snapshot
from tests.harness.people import People
from tests.harness.servers import RemoteTab, server
from tests.harness.tab import PRODUCT, Conversation, fresh
from tests.services import stack

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(settings.STACK != "postgres", reason="two processes share no in-memory layer"),
]


class Redis:
    """A Redis that can be stopped and started again on its port, empty."""

    def __init__(self, home: Path) -> None:
        self.home, self.port = home, stack.free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        given = [
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            str(self.home),
        ]
        self.process = subprocess.Popen(
            [stack.program("redis-server"), *given],
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=leash(),
        )
        stack.wait_for(self.process, lambda: stack.accepts(self.port), "redis-server", self.home / "log")

    def kill(self) -> None:
        if self.process is not None:
            stack.stop(self.process, signal.SIGKILL)
            self.process = None


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[Redis]:
    redis = Redis(tmp_path)
    redis.start()
    yield redis
    redis.kill()


@contextlib.asynccontextmanager
async def conversation(people: People, *, redis_url: str = "") -> AsyncIterator[Conversation]:
    """Alice on uvicorn, bob on daphne, media up."""
    with server("uvicorn", redis_url=redis_url) as alices, server("daphne", redis_url=redis_url) as bobs:
        alice, bob = RemoteTab(alices), RemoteTab(bobs)
        try:
            await bob.open(fresh(people.bob))
            await bob.ask("agents.ready")
            await alice.open(fresh(people.alice))
            asked = await alice.ask("call.request", PRODUCT)
            offer = await bob.wait(lambda f: f["kind"] == "topic" and f["body"]["value"].get("offer"))
            await bob.ask("agents.accept", {"offer": offer["body"]["value"]["offer"]["offer"]})
            link = (await alice.kind("link.open"))["link"]
            await bob.kind("link.open", link=link)
            yield Conversation(alice, bob, asked["body"]["result"]["call"], link)
        finally:
            await alice.close()
            await bob.close()


async def both_up(talk: Conversation) -> None:
    for tab in (talk.alice, talk.bob):
        await tab.ask("link.state", talk.state("up"), call=talk.call)
    for tab in (talk.alice, talk.bob):
        await tab.event("call.active")


async def test_a_call_between_two_processes(people: People) -> None:
    async with conversation(people) as talk:
        await talk.alice.ask("link.description", talk.description(sdp="v=0 offer"))
        assert (await talk.bob.kind("link.description"))["sdp"] == "v=0 offer"
        await talk.bob.ask("link.description", talk.description(type="answer", sdp="v=0 answer"))
        assert (await talk.alice.kind("link.description"))["sdp"] == "v=0 answer"
        await talk.alice.ask("link.candidates", talk.candidates(2, count=3))
        assert len((await talk.bob.kind("link.candidates"))["candidates"]) == 3
        await both_up(talk)
        await talk.say(talk.alice, "hello")
        assert (await talk.bob.event("message"))["data"]["body"] == "hello"
        await talk.bob.ask("call.hang_up", call=talk.call)
        assert (await talk.alice.event("call.ended"))["data"] == {"reason": "hang_up", "by": "staff"}
        await in_db(lambda: assert_replay_equals_snapshot(Call.objects.get(uuid=talk.call)))


async def test_a_party_moves_to_another_process_and_gets_what_was_missed(people: People) -> None:
    async with conversation(people) as talk:
        await both_up(talk)
        for n in (1, 2):
            await talk.bob.ask("link.description", talk.description(n, type="answer", sdp=f"v={n}"))
        await talk.alice.kind("link.description", n=2)
        await talk.alice.close()
        await talk.bob.ask("link.candidates", talk.candidates(3))
        with server("daphne") as third:
            alice = RemoteTab(third)
            held = [{"link": talk.link, "generation": 1, "n": 1}]
            await alice.open(None, resume=talk.alice.resume, links=held)
            assert (await alice.kind("link.candidates", n=3))["link"] == talk.link
            assert (await alice.kind("link.description"))["n"] == 2
            await talk.bob.ask("link.description", talk.description(4, sdp="after"))
            await alice.kind("link.description", sdp="after")
            await alice.close()


async def test_a_second_tab_on_another_process_takes_over(people: People) -> None:
    async with conversation(people) as talk:
        with server("daphne") as third:
            two = await RemoteTab(third, "two").open(fresh(people.alice), take_over=True)
            assert (await talk.alice.kind("bye"))["reason"] == "taken_over"
            assert await talk.alice.closed() == 4409
            assert str(two.welcome["call"]) == talk.call
            await two.close()


async def test_a_dead_redis_loses_no_call_and_leaves_no_deaf_socket(people: People, own_redis: Redis) -> None:
    async with conversation(people, redis_url=own_redis.url) as talk:
        await both_up(talk)
        own_redis.kill()
        await talk.bob.ask("link.description", talk.description(0, sdp="into the void"))
        await talk.say(talk.alice, "without redis")
        assert (await talk.bob.event("message"))["data"]["body"] == "without redis", "the log needs no Redis"
        own_redis.start()
        await talk.bob.ask("link.description", talk.description(1, sdp="after the restart"))
        assert (await talk.alice.kind("link.description"))["sdp"] == "into the void"
        await talk.alice.kind("link.description", sdp="after the restart")
        for tab, other in ((talk.alice, talk.bob), (talk.bob, talk.alice)):
            other.forget()
            await talk.say(tab, "still there?")
            await other.event("message")
        await talk.alice.ask("call.hang_up", call=talk.call)
        await talk.bob.event("call.ended")
        assert talk.alice.code is talk.bob.code is None
