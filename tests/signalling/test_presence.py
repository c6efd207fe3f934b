"""Sockets that come, go and fall silent."""

from __future__ import annotations

import time

from django.contrib.auth import get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from rtc_service import tokens
from rtc_service.db import in_db
from rtc_service.models import Call
from rtc_service.signalling import hub
from rtc_service.signalling.protocol import CLOSE_RESTART, CLOSE_TOKEN
from rtc_service.testing import later
from rtc_service.testing_sockets import Tab, sweep, tick
from tests.harness.people import People
from tests.harness.tab import fresh, ringing, tab_of, talking


async def logged_in(user: object) -> tuple[Tab, str]:
    """A staff tab whose token came from a Django session, and the session's key."""

    def log_in() -> str:
        client = Client()
        client.force_login(user)  # type: ignore[arg-type]
        return str(client.session.session_key)

    session = await in_db(log_in)
    pk = user.pk  # type: ignore[attr-defined]
    return await Tab().open(tokens.hello(f"u:{pk}", "staff", session_key=session)), session


async def test_logging_out_closes_the_socket_and_voids_its_token(people: People) -> None:
    bob, session = await logged_in(people.bob)
    await hub.current().ticker.revalidate()
    assert bob.code is None
    await in_db(SessionStore(session).delete)
    await hub.current().ticker.revalidate()
    assert (await bob.kind("bye"))["reason"] == "revoked"
    assert await bob.closed() == CLOSE_TOKEN
    again = await Tab().connect()
    assert (await again.hello(resume=bob.resume))["body"]["code"] == "token_refused"


async def test_a_deactivated_account_loses_its_socket(people: People) -> None:
    bob = await tab_of(people.bob)
    await in_db(get_user_model()._default_manager.filter(pk=people.bob.pk).update, is_active=False)
    await hub.current().ticker.revalidate()
    assert await bob.closed() == CLOSE_TOKEN


async def test_who_may_take_calls_no_longer_loses_the_socket(people: People) -> None:
    bob = await tab_of(people.bob)
    await in_db(people.bob.user_permissions.clear)
    await hub.current().ticker.revalidate()
    assert await bob.closed() == CLOSE_TOKEN


async def test_a_customer_lost_for_half_a_minute_ends_the_call(people: People) -> None:
    talk = await talking(people)
    await talk.alice.close()
    assert (await talk.bob.event("participant.lost"))["data"]["role"] == "customer"
    with later(29):
        await tick()
        assert (await in_db(Call.objects.get, uuid=talk.call)).state == "active"
    with later(31):
        await tick()
        ended = (await talk.bob.event("call.ended"))["data"]
    assert (ended["reason"], ended["by"]) == ("lost", "customer")


async def test_a_customer_back_in_time_goes_on(people: People) -> None:
    talk = await talking(people)
    await talk.alice.close()
    with later(20):
        alice = await Tab().open(None, resume=talk.alice.resume)
        await talk.bob.event("participant.back")
    with later(32):
        await tick()
        assert (await in_db(Call.objects.get, uuid=talk.call)).state == "active"
    assert alice.code is None


async def test_a_silent_socket_loses_its_lease(people: People) -> None:
    talk = await talking(people)
    now = time.monotonic()
    for socket in hub.current().sockets:
        if socket.role == "customer":
            socket.heard = now - 20
    with later(16):
        await tick()
        assert (await talk.bob.event("participant.lost"))["data"]["role"] == "customer"
    assert await talk.alice.closed() == CLOSE_RESTART


async def test_a_machine_that_stood_still_ends_no_call(people: People) -> None:
    """Leases ran out although both sockets live: the next beat brings both parties back."""
    talk = await talking(people)
    with later(20):
        await sweep()
        await talk.bob.event("participant.lost")
        await tick()
        await talk.bob.event("participant.back")
    with later(55):
        await tick()
        assert (await in_db(Call.objects.get, uuid=talk.call)).state == "active"


async def test_an_agent_gone_from_the_call_puts_the_customer_first(people: People) -> None:
    talk = await talking(people)
    beth = await tab_of(people.beth)
    await talk.bob.close()
    await talk.alice.event("participant.lost")
    charlie = await tab_of(people.charlie)
    await charlie.ask("call.request", {"page_kind": "home"})
    with later(31):
        await tick()
        assert (await talk.alice.event("call.waiting"))["data"]["cause"] == "staff_lost"
        await beth.ask("agents.ready")
        offer = await beth.wait(lambda f: f["kind"] == "topic" and f["body"]["value"].get("offer"))
    assert offer["body"]["value"]["offer"]["call"] == talk.call


async def test_an_agent_who_reloads_while_it_rings_sees_the_offer_again(people: People) -> None:
    _alice, bob, _call, offer = await ringing(people)
    await bob.close()
    again = await Tab().open(fresh(people.bob))
    assert again.welcome["desk"]["agents"]["offer"]["offer"] == offer
    assert (await again.ask("agents.accept", {"offer": offer}))["kind"] == "ok"


async def test_who_has_lost_a_call_says_nothing_in_it(people: People) -> None:
    """Media never came and the customer's socket was away: the call went back and beth has it. Bob's socket lingers."""
    talk = await talking(people)
    await in_db(_send_back, talk.call)
    await talk.bob.event("call.waiting")
    beth = await tab_of(people.beth)
    await beth.ask("agents.ready")
    offer = await beth.wait(lambda f: f["kind"] == "topic" and f["body"]["value"].get("offer"))
    await beth.ask("agents.accept", {"offer": offer["body"]["value"]["offer"]["offer"]})
    assert await talk.bob.refused("call.hang_up", call=talk.call) == "not_yours"
    assert (await talk.say(talk.bob, "hello"))["body"]["code"] == "not_yours"
    assert await talk.bob.refused("replay", {"from_seq": 0}, call=talk.call) == "not_yours"
    await talk.say(talk.alice, "my address is secret")
    assert (await beth.event("message"))["data"]["body"] == "my address is secret"
    await talk.bob.settle()
    assert "my address is secret" not in str(talk.bob.frames), "nor does he read on"
    assert (await in_db(Call.objects.get, uuid=talk.call)).state == "connecting"


def _send_back(call: str) -> None:
    from rtc_service.services import calls

    calls.back_to_queue(Call.objects.get(uuid=call), cause="timeout", first=True)
