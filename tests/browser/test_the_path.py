"""The main job, on what `make demo` runs and on PostgreSQL + Redis with the parties on two different web processes:
click on the product page → face to face → text → reload and another page → hang up → rating → ticket → back office."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.harness.demo_server import Site, demo, site
from tests.browser.harness.media import ALICE, BOB
from tests.browser.harness.people import Agent, Customer, Supervisor
from tests.services import stack


@pytest.fixture(scope="module", params=["embedded", "services"])
def installation(request: pytest.FixtureRequest) -> Iterator[Site]:
    if request.param == "embedded":
        with demo() as running:
            yield running
        return
    if stack.missing():
        pytest.skip(f"not installed: {', '.join(stack.missing())}")
    with (
        stack.postgres() as database,
        stack.redis() as redis,
        site(processes=2, worker=True, database=database, redis=redis) as running,
    ):
        yield running


def test_a_customer_and_an_agent_meet_talk_and_leave_a_ticket(browser: Browser, installation: Site) -> None:
    first, last = installation.bases[0], installation.bases[-1]
    bob, alice = Agent.enter(browser, last), Customer.enter(browser, first, name="alice")
    bob.starts_work()

    alice.open_product()
    alice.call()
    alice.waits()
    bob.accepts()
    alice.talks()
    bob.talks()
    alice.sees(BOB)
    bob.sees(ALICE)
    alice.hears(BOB)
    bob.hears(ALICE)

    alice.says("Does the lid stay on?")
    bob.reads("Does the lid stay on?")
    bob.says("It does, look.")
    alice.reads("It does, look.")

    alice.page.reload()
    alice.talks()
    alice.sees(BOB)
    bob.sees(ALICE)
    alice.reads("It does, look.")

    alice.go("/")
    alice.talks()
    alice.sees(BOB)
    alice.hears(BOB)

    alice.hangs_up()
    alice.sees_the_end()
    alice.rates(5, "Very clear")
    number = alice.ticket_number()
    bob.finishes("advice")

    told = story(installation)
    assert told["calls"] == 1, "the reload and the page change stayed in one call"
    assert (told["state"], told["end_reason"], told["rating"]) == ("ended", "hang_up", 5)
    assert told["ticket"] == number
    assert told["wrap_up"] == "advice"
    assert told["generations"] >= 3, "each return of the customer opened a new generation of the link"
    assert told["replay"] == "equal"
    dora = Supervisor.enter(browser, last)
    dora.enrols()
    dora.opens_the_newest_call()
    page = dora.page.locator("#content")
    for words in (number, "Does the lid stay on?", "Bob"):
        expect(page).to_contain_text(words)
    expect(page).not_to_contain_text("Alice")

    # What the browsers complain about on pages of ours is a defect: script errors, refused inline code, missing files.
    assert alice.complaints == []
    assert bob.complaints == []
    assert dora.complaints == []
    for person in (alice, bob, dora):
        person.close()


STORY = """
import json
from rtc_service.models import Call
from rtc_service.testing import assert_replay_equals_snapshot
from tickets.models import Ticket
from agents.models import WrapUp
call = Call.objects.latest("requested")
assert_replay_equals_snapshot(call)
print(json.dumps({
    "calls": Call.objects.count(), "state": call.state, "end_reason": call.end_reason, "rating": call.rating.score,
    "ticket": Ticket.objects.get(call=call).number, "wrap_up": WrapUp.objects.get(call=call).code.code,
    "generations": max(event.data["generation"] for event in call.events.filter(kind="link.opened")), "replay": "equal",
}))
"""


def story(installation: Site) -> dict[str, object]:
    """What the database says of the newest call."""
    told: dict[str, object] = json.loads(installation.manage("shell", "-v", "0", "-c", STORY).splitlines()[-1])
    return told
