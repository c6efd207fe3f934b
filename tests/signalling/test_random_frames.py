"""Whatever comes in: no handler breaks, the socket lives or is closed with a reason, and the others are served."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from agents.models import Presence
from rtc_service import registry
from rtc_service.db import in_db
from rtc_service.models import Call
from rtc_service.services import calls
from rtc_service.signalling import protocol
from rtc_service.testing import assert_replay_equals_snapshot, customer
from rtc_service.testing_sockets import Tab, sockets
from tests.harness.people import People, agent
from tests.harness.tab import connecting, tab_of

EXAMPLES = 300 if os.environ.get("RTC_TEST_FULL") else 30
# Left out: what a host would rightly answer with an end of the story under test (the call, the seat).
KINDS = sorted(({*protocol.CLIENT_KINDS, *registry.get().messages} - {"call.hang_up", "call.cancel"}) | {"x"})
FIELDS = sorted(
    {field for body in protocol.CLIENT_KINDS.values() for field in body.__struct_fields__} | {"offer", "call"}
)

text = st.text(max_size=20)
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(0, 3), st.floats(allow_nan=False, allow_infinity=False), text,
    st.sampled_from(["$call", "$link", "$uuid", "up", "stale", "offer", "answer", "video", "x" * 70, "\0", "\ud7ff"]),
)  # fmt: skip
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4), max_leaves=8
)
bodies = st.dictionaries(st.sampled_from(FIELDS), values, max_size=8) | values


@st.composite
def likely(draw: st.DrawFn) -> dict[str, Any]:
    """A body of the right shape whose values are near the edges."""
    uuid = st.sampled_from(["$link", "$call", "$uuid"])
    n = st.integers(0, 2**53)
    by_kind = {
        "link.description": st.fixed_dictionaries(
            {
                "link": uuid,
                "generation": st.integers(1, 3),
                "n": n,
                "type": st.sampled_from(["offer", "answer"]),
                "sdp": text,
            }
        ),
        "link.candidates": st.fixed_dictionaries(
            {
                "link": uuid,
                "generation": st.integers(1, 2),
                "n": n,
                "candidates": st.lists(st.fixed_dictionaries({"candidate": text}), min_size=1, max_size=3),
            }
        ),
        "link.state": st.fixed_dictionaries(
            {
                "link": uuid,
                "generation": st.integers(1, 2),
                "state": st.sampled_from(["connecting", "up", "stale", "failed"]),
                "cause": text,
            }
        ),
        "link.renew": st.fixed_dictionaries({"link": uuid, "generation": st.integers(1, 4), "cause": text}),
        "media": st.fixed_dictionaries({"camera": st.booleans(), "screen": st.booleans()}),
        "chat": st.fixed_dictionaries({"client_id": uuid, "body": text}),
        "call.request": st.fixed_dictionaries(
            {"title": text, "language": text, "media": st.sampled_from(["video", "text"])}
        ),
        "call.rate": st.fixed_dictionaries({"score": st.integers(0, 6), "comment": text}),
        "quality": st.fixed_dictionaries(
            {
                "link": uuid,
                "window": n,
                "seconds": st.floats(0, 70),
                "stats": st.dictionaries(st.sampled_from(["rtt_ms", "loss", "fps"]), st.floats(-1, 1e300)),
            }
        ),
        "replay": st.fixed_dictionaries({"from_seq": n}),
        "ping": st.fixed_dictionaries(
            {"t": st.floats(allow_nan=False, allow_infinity=False), "seqs": st.dictionaries(uuid, n, max_size=3)}
        ),
        "agents.away": st.fixed_dictionaries({"reason": text}),
        "agents.wrap_up": st.fixed_dictionaries({"call": uuid, "code": text, "note": text}),
        "prompt.answer": st.fixed_dictionaries(
            {"prompt": uuid, "accept": st.booleans(), "answer": st.dictionaries(text, scalars, max_size=2)}
        ),
    }
    kind = draw(st.sampled_from(sorted(by_kind)))
    return {
        "kind": kind,
        "id": str(uuid4()),
        "call": draw(st.sampled_from(["$call", "$uuid"])),
        "body": draw(by_kind[kind]),
    }


envelopes = st.one_of(
    likely(),
    st.fixed_dictionaries({"kind": st.sampled_from(KINDS), "body": bodies}),
    st.fixed_dictionaries(
        {"kind": st.sampled_from(KINDS), "id": scalars, "call": scalars, "v": scalars, "body": bodies}
    ),
    values,
)
frames = st.one_of(envelopes, envelopes, envelopes, st.text(max_size=60), st.binary(max_size=60))


def written(frame: Any, known: dict[str, str]) -> str | bytes:
    if isinstance(frame, bytes):
        return frame
    raw = frame if isinstance(frame, str) else json.dumps(frame)
    for mark, value in {**known, "$uuid": str(uuid4())}.items():
        raw = raw.replace(mark, value)
    return raw


async def alive(tab: Tab) -> None:
    if tab.code is None:
        assert (await tab.ask("ping"))["kind"] == "pong"
    else:
        assert 4400 <= tab.code < 4500, tab.code


async def story(people: People, script: list[tuple[bool, Any]]) -> None:
    async with sockets():
        other = await tab_of(people.dora_agent)  # type: ignore[attr-defined]
        talk = await connecting(people)
        known = {"$call": talk.call, "$link": talk.link}
        for from_customer, frame in script:
            await (talk.alice if from_customer else talk.bob).send(written(frame, known))
        for tab in (talk.alice, talk.bob):
            await alive(tab)
            if tab.code is None:  # handled in order: when this is answered, all before it is done
                await tab.ask("replay", {"from_seq": 0}, call=talk.call)
            broken = [f for f in tab.frames if f["kind"] == "error" and f["body"]["code"] == "internal"]
            assert not broken
        assert other.code is None
        await alive(other)
        await in_db(lambda: assert_replay_equals_snapshot(Call.objects.get(uuid=talk.call)))


def test_random_frames(people: People, core: Callable[..., None]) -> None:
    core(MESSAGE_RATE=1e6, MESSAGE_BURST=1e6, CALLS_PER_HOUR=10_000)
    spectator = agent("spectator")

    class Cast:
        bob, dora_agent = people.bob, spectator

        def __init__(self) -> None:
            self.alice = customer(f"alice-{uuid4().hex[:8]}")

    # Not shrunk: each example is a whole call, and a failing one may cost its time-out.
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        phases=[Phase.explicit, Phase.generate],
    )
    @given(st.lists(st.tuples(st.booleans(), frames), min_size=1, max_size=25))
    def throw(script: list[tuple[bool, Any]]) -> None:
        try:
            asyncio.run(story(Cast(), script))  # type: ignore[arg-type]
        finally:
            for call in Call.objects.exclude(state="ended"):
                calls.end(call, reason="forced")
            Presence.objects.all().delete()
            close_old_connections()

    throw()
