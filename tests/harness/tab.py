"""Sockets of the recurring people, and calls brought to a state over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from rtc_service import tokens
from rtc_service.models import Visitor
from rtc_service.testing_sockets import Frame, Tab

PRODUCT = {"page_kind": "product", "subject": "product:SKU-1", "title": "Teapot", "category": "tea"}


def fresh(person: Any, **more: Any) -> str:
    """A token as the session views hand it out."""
    if isinstance(person, Visitor):
        return tokens.hello(f"v:{person.uuid}", "customer", **more)
    return tokens.hello(f"u:{person.pk}", "staff", **more)


async def tab_of(person: Any, tab: str = "tab", **hello: Any) -> Tab:
    """A tab that has said hello."""
    return await Tab(tab).open(fresh(person), **hello)


@dataclass
class Conversation:
    """A call between alice and bob over their sockets."""

    alice: Tab
    bob: Tab
    call: str
    link: str

    def description(self, n: int = 1, *, generation: int = 1, sdp: str = "v=0", type: str = "offer") -> Frame:
        return {"link": self.link, "generation": generation, "n": n, "type": type, "sdp": sdp}

    def candidates(self, n: int = 2, *, generation: int = 1, count: int = 1) -> Frame:
        lines = [{"candidate": f"candidate:{i} 1 udp 1 192.0.2.1 9 typ host", "sdpMid": "0"} for i in range(count)]
        return {"link": self.link, "generation": generation, "n": n, "candidates": lines}

    def state(self, state: str, generation: int = 1) -> Frame:
        return {"link": self.link, "generation": generation, "state": state}

    async def say(self, tab: Tab, body: str, client_id: str = "") -> Frame:
        return await tab.ask("chat", {"client_id": client_id or str(uuid4()), "body": body}, call=self.call)


async def ringing(people: Any) -> tuple[Tab, Tab, str, str]:
    """Alice has called, bob is rung: (alice, bob, call, offer)."""
    bob = await tab_of(people.bob)
    assert (await bob.ask("agents.ready"))["kind"] == "ok"
    alice = await tab_of(people.alice)
    asked = await alice.ask("call.request", PRODUCT)
    assert asked["kind"] == "ok", asked
    topic = await bob.wait(lambda frame: frame["kind"] == "topic" and frame["body"]["value"].get("offer"))
    return alice, bob, asked["body"]["result"]["call"], topic["body"]["value"]["offer"]["offer"]


async def connecting(people: Any) -> Conversation:
    """Bob has accepted, the link is open, no media yet."""
    alice, bob, call, offer = await ringing(people)
    accepted = await bob.ask("agents.accept", {"offer": offer})
    assert accepted["kind"] == "ok", accepted
    link = (await alice.kind("link.open"))["link"]
    await bob.kind("link.open", link=link)
    return Conversation(alice, bob, call, link)


async def talking(people: Any) -> Conversation:
    """Media runs both ways."""
    talk = await connecting(people)
    await talk.alice.ask("link.state", talk.state("up"), call=talk.call)
    await talk.bob.ask("link.state", talk.state("up"), call=talk.call)
    await talk.alice.event("call.active")
    await talk.bob.event("call.active")
    return talk
