"""The widget on a page of another origin whose Content-Security-Policy is as strict as it can be."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.harness.demo_server import Site, site
from tests.browser.harness.elsewhere import WATCH, Host, elsewhere, least_policy
from tests.browser.harness.media import ALICE, BOB
from tests.browser.harness.people import Agent, Customer

TEAPOT = "product:SKU-1"


@pytest.fixture(scope="module")
def shop() -> Iterator[Host]:
    """The page that embeds, of an origin that the service knows."""
    with elsewhere() as host:
        yield host


@pytest.fixture(scope="module")
def service(shop: Host) -> Iterator[Site]:
    with site(rtc_service={"core": {"ALLOWED_ORIGINS": [shop.base]}}) as running:
        yield running


@pytest.fixture
def agent(browser: Browser, service: Site) -> Iterator[Agent]:
    bob = Agent.enter(browser, service.base)
    bob.starts_work()
    yield bob
    bob.leaves()
    bob.close()


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Callable[[Host], Customer]]:
    """Somebody on a page of another origin; what the page's policy forbids is kept."""
    entered: list[Customer] = []

    def enter(host: Host) -> Customer:
        customer = Customer.enter(browser, host.base)
        customer.context.add_init_script(WATCH)
        entered.append(customer)
        return customer

    yield enter
    for customer in entered:
        customer.close()


def embed(host: Host, service: str, **attributes: str) -> None:
    """Put the two lines of docs/install.md on the page, under the least policy that they need."""
    given = {"page-kind": "product", "subject": TEAPOT, "subject-title": "Teapot", "service": service, **attributes}
    words = " ".join(f'{name}="{value}"' for name, value in given.items())
    script = f'<script type="module" src="{service}/static/rtc_service/js/widget.js"></script>'
    host.body, host.policy = f"{script}<rtc-call {words}></rtc-call>", least_policy(service)


def violations(customer: Customer) -> list[str]:
    found: list[str] = customer.page.evaluate("rtcViolations")
    return found


def test_a_guest_of_another_origin_is_face_to_face(
    shop: Host, service: Site, agent: Agent, visitor: Callable[[Host], Customer]
) -> None:
    embed(shop, service.base, panel=f"/commerce/product/?subject={TEAPOT}")
    guest = visitor(shop)
    guest.go("/a/page")
    expect(guest.launcher).to_have_accessible_name("Live help")  # the page gave no label
    guest.call()
    agent.accepts()
    guest.talks()
    agent.talks()
    guest.sees(BOB)
    guest.hears(BOB)
    agent.sees(ALICE)
    agent.hears(ALICE)
    call = guest.state()["call"]["call"]

    guest.part("product").locator("summary").click()
    picture = guest.part("product-panel").locator("img")
    expect(picture).to_be_visible()
    assert picture.evaluate("async image => { await image.decode(); return image.naturalWidth > 0 }")

    guest.page.reload()
    guest.talks()
    guest.sees(BOB)
    agent.sees(ALICE)
    assert guest.state()["call"]["call"] == call
    assert violations(guest) == []
    assert guest.complaints == []
    guest.hangs_up()
    guest.sees_the_end()
    agent.finishes()


def test_the_shops_own_page_reports_no_violation_of_its_policy(service: Site, agent: Agent, browser: Browser) -> None:
    """The demo's strict policy, with trusted types demanded as well."""
    alice = Customer.enter(browser, service.base, name="alice")
    alice.context.add_init_script(WATCH)
    alice.context.add_init_script(DEMAND_TRUSTED_TYPES)
    alice.open_product()
    assert alice.page.evaluate(POLICY_HOLDS)
    alice.call()
    agent.accepts()
    alice.talks()
    alice.sees(BOB)
    alice.part("tool-devices").click()
    alice.page.keyboard.press("Escape")
    alice.says("hello")
    agent.reads("hello")
    alice.hangs_up()
    alice.rates(5)
    agent.finishes()
    assert [one for one in violations(alice) if not one.endswith(PROBE)] == []
    assert [line for line in alice.complaints if "TrustedHTML" not in line] == []
    assert agent.complaints == []
    alice.close()


def test_the_agent_sees_who_it_is_when_the_host_has_signed_it(
    shop: Host, service: Site, agent: Agent, visitor: Callable[[Host], Customer]
) -> None:
    signed = service.manage("shell", "-v", "0", "-c", SIGN).strip()
    embed(shop, service.base, identity=signed)
    amir = visitor(shop)
    amir.go("/")
    amir.call()
    agent.is_rung()
    offer = agent.state()["desk"]["agents"]["offer"]
    assert (offer["customer"], offer["tier"]) == ("A•••", "vip")
    agent.accepts()
    amir.talks()
    known = service.manage("shell", "-v", "0", "-c", WHO).strip()
    assert known == "amir", "the call is the account's, and the shop's own panel shows its orders"
    amir.hangs_up()
    agent.finishes()


def test_an_origin_that_is_not_on_the_list_is_told_so(service: Site, visitor: Callable[[Host], Customer]) -> None:
    with elsewhere() as stranger:
        embed(stranger, service.base)
        charlie = visitor(stranger)
        charlie.go("/")
        charlie.call()
        expect(charlie.part("lobby-detail")).to_have_text(REFUSED, timeout=10_000)
        assert charlie.state()["connection"] == "refused"
        assert violations(charlie) == []
        rows = json.loads(service.manage("shell", "-v", "0", "-c", AUDIT).splitlines()[-1])
        assert {"action": "session.refused.origin", "address": "127.0.0.1", "data": {"origin": stranger.base}} in rows


def test_a_page_whose_policy_keeps_the_service_out_says_so(
    shop: Host, service: Site, visitor: Callable[[Host], Customer]
) -> None:
    """The script runs, but `connect-src` was forgotten: not even the window's words can be fetched."""
    embed(shop, service.base)
    shop.body = shop.body.replace("<rtc-call ", '<rtc-call label="Help" label-failed="Not now" ')
    shop.policy = shop.policy.replace("connect-src", "report-to")
    guest = visitor(shop)
    guest.go("/")
    guest.call()
    expect(guest.launcher).to_have_accessible_name("Not now")


# A response that the test would change itself is of no address space, and the browser then refuses the socket.
DEMAND_TRUSTED_TYPES = """new MutationObserver((_, watch) => {
  if (!document.head) return;
  watch.disconnect();
  const meta = document.createElement("meta");
  meta.httpEquiv = "Content-Security-Policy";
  meta.content = "require-trusted-types-for 'script'; trusted-types rtc-widget";
  document.head.append(meta);
}).observe(document, { childList: true, subtree: true });"""
PROBE = "Element innerHTML|<b>probe</b>"
POLICY_HOLDS = (
    """() => { try { document.createElement("p").innerHTML = "<b>probe</b>"; return false; } catch { return true; } }"""
)
REFUSED = "Live help is not set up for this page. Please use the shop's other ways of contact."
SIGN = """
from django.contrib.auth import get_user_model
from rtc_service import tokens
print(tokens.identity(get_user_model().objects.get(username="amir").pk, name="Amir Haddad"))
"""
WHO = """
from rtc_service.models import Call
print(Call.objects.latest("requested").visitor.user)
"""
AUDIT = """
import json
from rtc_service.models import AuditEntry
print(json.dumps(list(AuditEntry.objects.values("action", "address", "data"))))
"""
