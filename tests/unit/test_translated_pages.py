"""Every page of the five apps in both kinds of Chinese: nothing of it is left in English."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from agents.models import Queue, WrapUpCode
from agents.services import wrap_up
from rtc_service import registry, testing
from rtc_service.models import Call
from rtc_service.services import duties, visitors
from tests.admin import seeding
from tests.harness.visible import english, texts
from tickets.services import links, opening

# What people wrote, names, and names of formats, keys and units.
DATA = ("recording.consent", "Bob", "bob", "dora", "alice", "Alice", "VIP", "TURN", "UDP", "CSV", "Enter", "Mbit/s",
        "Alt+Shift+F", "Alt+Shift+H", "Alt+Shift+P", "product:SKU-1", "UTC", "main", "https", "JSON Lines",
        "API")  # fmt: skip
# Names of events, duties and audited actions, and what an action was about.
MACHINE = ("tickets.open", "tickets.take", "call.requested", "call.waiting", "call.answered", "call.ended",
           "prompt.answered", "recordings.ask", "recordings.consent", "recordings.proceed", "staff.logged_in",
           "permissions.changed", "user.added", "user:")  # fmt: skip
CODES = ("sold", "advice", "after-sales", "follow-up", "other")
TITLE = "晨雾茶壶"


@pytest.fixture(autouse=True)
def plain() -> Iterator[None]:
    """A request's language stays active in its thread; the next test must not inherit it."""
    with translation.override("en"):
        yield


both = pytest.mark.parametrize("language", ["zh-hans", "zh-hant"])


def shown(client: Client, url: str, language: str) -> str:
    answer = client.get(url, headers={"accept-language": language})
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def told(alice: Any, bob: Any) -> Call:
    """A call with everything, its ticket opened and wrapped up as "sold"."""
    visitor = visitors.for_user(alice.pk, name="Alice")
    call = seeding.whole_call(visitor, bob, title=TITLE, category="")
    wrap_up.finish(call.uuid, by=bob.pk, code="sold", note="")
    for duty in duties.Duty.objects.filter(state="owed"):
        duties.run(duty.pk)
    return call


@pytest.fixture
def bobs(client: Client, bob: Any) -> Client:
    client.force_login(bob)
    return client


@both
def test_the_widget(client: Client, language: str):
    html = shown(client, reverse("rtc_service:widget") + f"?language={language}", language)
    assert f'lang="{language}"' in html
    assert english(html, language, data=DATA) == []


@both
@pytest.mark.parametrize("name", ["workbench", "history"])
def test_the_agents_pages(bobs: Client, told: Call, language: str, name: str):
    html = shown(bobs, reverse(f"rtc_agents:{name}"), language)
    assert "已成交" in html
    assert english(html, language, data=DATA) == []


@both
def test_the_log_in_and_the_refusal(client: Client, charlie: Any, language: str):
    assert english(shown(client, reverse("rtc_agents:login"), language), language) == []
    client.force_login(charlie)
    answer = client.get(reverse("rtc_agents:workbench"), headers={"accept-language": language})
    assert answer.status_code == 403
    assert english(answer.content.decode(), language, data=("charlie",)) == []


@both
@pytest.mark.parametrize("name", ["ticket", "customer"])
def test_the_panels_beside_a_call(rf: Any, bob: Any, told: Call, language: str, name: str):
    request = rf.get("/")
    request.user = bob
    Call.objects.filter(pk=told.pk).update(tier="vip", page_kind="product", language="zh-TW")
    told.refresh_from_db()
    with translation.override(language):
        html = str(registry.get().panels[name].render(request, told))
    assert html
    assert english(html, language, data=DATA) == []


@both
def test_the_customers_page_of_a_ticket(client: Client, told: Call, language: str):
    ticket = opening.open_for_call(told)
    ticket.language = "zh-TW" if language == "zh-hant" else "zh-CN"
    ticket.save()
    html = shown(client, links.url_for(ticket), "en")
    assert f'<html lang="{language}"' in html
    assert english(html, language, data=DATA) == []


@both
def test_the_second_factors_pages(client: Client, dora: Any, language: str):
    client.force_login(dora)
    page = reverse("rtc_service:otp")
    assert english(shown(client, page, language), language, data=DATA) == []
    device = TOTPDevice.objects.create(user=dora, name="app", confirmed=True)
    assert english(shown(client, page, language), language, data=DATA) == []
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    assert english(shown(client, page, language), language, data=DATA) == []
    with translation.override(language):
        html = render_to_string("rtc_service/otp/codes.html", {"codes": [], "next": "/"})
    assert english(html, language, data=DATA) == []


@both
@pytest.mark.parametrize(
    "model",
    ["rtc_service_call", "rtc_service_participant", "rtc_service_visitor", "rtc_service_duty", "rtc_service_prompt",
     "rtc_service_auditentry", "rtc_service_auditseal", "rtc_service_alert", "rtc_service_apiclient",
     "rtc_agents_agentprofile", "rtc_agents_queue", "rtc_agents_wrapupcode", "rtc_agents_presence", "rtc_agents_offer",
     "rtc_agents_wrapup", "rtc_tickets_ticket"],
)  # fmt: skip
def test_the_admins_lists_and_forms(client: Client, dora: Any, told: Call, language: str, model: str):
    client.force_login(dora)
    changelist = reverse(f"admin:{model}_changelist")
    # The last three are Django's own, never translated.
    machine = (*DATA, *MACHINE, *CODES, "Search", "True", "False")
    html = main(shown(client, changelist, language))
    assert english(html, language, data=machine) == []
    row = next(iter(client.get(changelist).context["cl"].result_list), None)
    if row is not None:
        html = main(shown(client, reverse(f"admin:{model}_change", args=[row.pk]), language))
        assert english(html, language, data=machine) == []


def main(html: str) -> str:
    """Our part of a page of Django's admin, without what people wrote in a chat."""
    html = html[html.index('<div id="content"') :]
    written = ["Friendly and quick, the picture stood still once.", *(text for _role, text in seeding.CHAT)]
    for text in written:
        html = html.replace(escape(text), "")
    return html


def test_the_first_migrations_names_are_translated_until_somebody_renames_them(db: None):
    code, queue = WrapUpCode.objects.get(code="sold"), Queue.objects.get(slug="main")
    with translation.override("zh-hant"):
        assert (str(code), str(queue)) == ("已成交", "視訊客服")
        code.name, queue.name = "Bought at once", "Night shift"
        assert (str(code), str(queue)) == ("Bought at once", "Night shift")
    assert WrapUpCode.objects.get(code="sold").name == "Sold"


def test_the_plain_strings_of_a_call_are_shown_in_words_and_unknown_ones_as_they_are(rf: Any, bob: Any, db: None):
    call, _leg = testing.request_call(testing.customer("alice"), page_kind="after_sales", language="zh-CN")
    other, _leg = testing.request_call(testing.customer("charlie"), page_kind="lookbook", language="tlh")
    request = rf.get("/")
    request.user = bob
    render = registry.get().panels["customer"].render
    assert {"After-sales page", "Simplified Chinese"} <= set(texts(str(render(request, call)), "en"))
    assert {"lookbook", "tlh"} <= set(texts(str(render(request, other)), "en"))


def test_an_offer_says_tier_page_and_means_in_words(bobs: Client):
    html = shown(bobs, reverse("rtc_agents:workbench"), "zh-hans")
    for words in ('data-text-tier-gold="金卡"', 'data-text-kind-product="商品页"', 'data-text-media-video="视频"'):
        assert words in html
