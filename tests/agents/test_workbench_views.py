"""The agent's pages: who gets in, what the workbench shows, and whose history and panels one may read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agents.models import WrapUpCode
from agents.services import wrap_up
from rtc_service import testing
from rtc_service.models import Call, Participant
from rtc_service.services import calls

Handled = Callable[..., Call]


@pytest.fixture
def bobs(client: Client, bob: Any) -> Client:
    client.force_login(bob)
    return client


@pytest.fixture
def handled(bob: Any) -> Handled:
    """`handled(title=…, seconds=…)` → a call that Bob answered, talked in for so long, and that has ended."""

    def make(
        *, title: str = "Teapot", seconds: float = 0.0, by: Any = bob, name: str = "alice", end: bool = True
    ) -> Call:
        call, customer = testing.request_call(testing.customer(name), title=title)
        calls.ring(call, number=1, seconds=20)
        calls.answer(call, user_id=by.pk, name="Bob", version=call.version)
        if end:
            with testing.later(seconds):
                calls.hang_up(call, by=customer)
        call.refresh_from_db()
        return call

    return make


# --- who gets in ------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["workbench", "history"])
def test_who_is_not_logged_in_is_led_to_the_log_in(client: Client, name: str) -> None:
    url = reverse(f"rtc_agents:{name}")
    response = client.get(url)
    assert response.status_code == 302
    assert response["Location"] == f"{reverse('rtc_agents:login')}?next={url}"


@pytest.mark.parametrize("name", ["workbench", "history"])
def test_a_stranger_gets_a_page_that_explains(client: Client, charlie: Any, name: str) -> None:
    client.force_login(charlie)
    response = client.get(reverse(f"rtc_agents:{name}"))
    assert response.status_code == 403
    assert "charlie" in response.content.decode()
    assert reverse("rtc_agents:logout") in response.content.decode()


def test_the_log_in_leads_to_the_workbench(client: Client, bob: Any) -> None:
    page = client.get(reverse("rtc_agents:login"))
    assert page.status_code == 200
    response = client.post(reverse("rtc_agents:login"), {"username": "bob", "password": "bob"})
    assert response.status_code == 302
    assert response["Location"] == reverse("rtc_agents:workbench")


def test_a_wrong_password_is_told(client: Client, bob: Any) -> None:
    response = client.post(reverse("rtc_agents:login"), {"username": "bob", "password": "wrong"})
    assert response.status_code == 200
    assert 'role="alert"' in response.content.decode()


def test_the_log_in_leads_to_no_other_site(client: Client, bob: Any) -> None:
    response = client.post(
        reverse("rtc_agents:login") + "?next=https://elsewhere.example/", {"username": "bob", "password": "bob"}
    )
    assert response["Location"] == reverse("rtc_agents:workbench")


def test_logging_out_needs_a_post_and_ends_the_session(bobs: Client) -> None:
    assert bobs.get(reverse("rtc_agents:logout")).status_code == 405
    bobs.post(reverse("rtc_agents:logout"))
    assert bobs.get(reverse("rtc_agents:workbench")).status_code == 302


# --- the workbench ----------------------------------------------------------------------------------


def test_the_workbench_has_codes_panels_and_addresses(bobs: Client) -> None:
    WrapUpCode.objects.create(code="gone", name="No longer used", active=False)
    page = bobs.get(reverse("rtc_agents:workbench")).content.decode()
    assert 'value="advice"' in page
    assert "No longer used" not in page
    assert 'data-rtc-panel="customer"' in page
    assert page.index('data-rtc-panel="customer"') < page.index('data-rtc-panel="ticket"')
    assert 'data-refresh-on="tickets.opened tickets.changed"' in page
    assert f'data-session-url="{reverse("rtc_service:staff_session")}"' in page


def test_the_workbench_holds_under_a_strict_policy(bobs: Client) -> None:
    response = bobs.get(reverse("rtc_agents:workbench"))
    page = response.content.decode()
    for forbidden in ("<style", " style=", " onclick=", "javascript:", "http://", "https://"):
        assert forbidden not in page
    assert page.count("<script") == page.count('<script type="module" src="/static/')
    assert "no-store" in response["Cache-Control"]


def test_auto_accept_is_allowed_by_the_setting_only(bobs: Client, settings: Any) -> None:
    url = reverse("rtc_agents:workbench") + "?auto_accept=1"
    assert 'data-allow-auto-accept="false"' in bobs.get(url).content.decode()
    settings.RTC_SERVICE = settings.RTC_SERVICE | {"agents": {"ALLOW_AUTO_ACCEPT": True}}
    assert 'data-allow-auto-accept="true"' in bobs.get(url).content.decode()


def test_the_theme_of_the_cookie_is_there_from_the_first_byte(bobs: Client) -> None:
    bobs.cookies["rtc_theme"] = "dark"
    assert 'data-rtc-theme="dark"' in bobs.get(reverse("rtc_agents:workbench")).content.decode()


def test_the_workbench_takes_no_post(bobs: Client) -> None:
    assert bobs.post(reverse("rtc_agents:workbench")).status_code == 405


# --- the day ----------------------------------------------------------------------------------------


def test_the_days_figures_add_up(bobs: Client, handled: Handled) -> None:
    handled(seconds=60)
    handled(seconds=120)
    # A call that still runs, and one of yesterday, count not.
    yesterday = handled(seconds=500)
    Participant.objects.filter(call=yesterday).update(joined=timezone.now() - timedelta(days=1, hours=1))
    handled(end=False)
    figures = bobs.get(reverse("rtc_agents:today", kwargs={"part": "figures"})).context["figures"]
    assert figures.calls == 2
    assert figures.talk in ("3:00", "3:01")
    assert figures.average in ("1:30", "1:31")


def test_the_days_calls_are_listed_with_the_customer_masked(bobs: Client, handled: Handled) -> None:
    handled(title="Teapot")
    page = bobs.get(reverse("rtc_agents:today", kwargs={"part": "calls"})).content.decode()
    assert "Teapot" in page
    assert "A•••" in page
    assert "Alice" not in page


def test_an_unknown_part_of_the_day_is_not_found(bobs: Client) -> None:
    assert bobs.get(reverse("rtc_agents:today", kwargs={"part": "salaries"})).status_code == 404


# --- history ----------------------------------------------------------------------------------------


def test_the_history_shows_own_calls_with_wrap_up_and_rating(bobs: Client, bob: Any, handled: Handled) -> None:
    call = handled(title="Porcelain teapot", seconds=65)
    wrap_up.finish(call.uuid, by=bob.pk, code="advice", note="Wanted the care sheet.")
    customer = call.participants.get(role="customer")
    calls.rate(call, score=4, comment="", by=customer)
    testing.run_duties()
    page = bobs.get(reverse("rtc_agents:history")).content.decode()
    for expected in ("Porcelain teapot", "A•••", "Advice given", "Wanted the care sheet.", "4/5", "hung up", "T-"):
        assert expected in page
    assert "Alice" not in page


def test_a_colleagues_calls_are_not_in_it(bobs: Client, make_user: Any, handled: Handled) -> None:
    beth = make_user("beth", group="rtc customer-service agent")
    handled(title="Beth's teapot", by=beth)
    assert "teapot" not in bobs.get(reverse("rtc_agents:history")).content.decode()


def test_the_history_ends_after_30_days(bobs: Client, handled: Handled) -> None:
    old = handled(title="Long ago")
    Participant.objects.filter(call=old).update(joined=timezone.now() - timedelta(days=31))
    assert "Long ago" not in bobs.get(reverse("rtc_agents:history")).content.decode()


def test_the_history_is_filtered_by_day_and_reason(bobs: Client, handled: Handled) -> None:
    earlier = handled(title="Two days ago")
    Participant.objects.filter(call=earlier).update(joined=timezone.now() - timedelta(days=2))
    lost = handled(title="Lost one", end=False)
    calls.end(lost, reason="lost")
    url = reverse("rtc_agents:history")
    of_today = bobs.get(url, {"day": timezone.localdate().isoformat()}).content.decode()
    assert "Lost one" in of_today and "Two days ago" not in of_today
    hung_up = bobs.get(url, {"reason": "hang_up"}).content.decode()
    assert "Two days ago" in hung_up and "Lost one" not in hung_up


@pytest.mark.parametrize("query", [{"day": "yesterday"}, {"reason": "none"}, {"page": "x"}, {"page": "9999"}])
def test_nonsense_in_the_filter_breaks_nothing(bobs: Client, handled: Handled, query: dict[str, str]) -> None:
    handled()
    response = bobs.get(reverse("rtc_agents:history"), query)
    assert response.status_code == 200
    assert "Teapot" in response.content.decode()


def test_the_history_is_paged(bobs: Client, handled: Handled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agents.views.history.PAGE_SIZE", 2)
    for number in range(3):
        handled(title=f"Call {number}")
    first = bobs.get(reverse("rtc_agents:history"), {"reason": "hang_up"}).content.decode()
    assert "Call 2" in first and "Call 0" not in first
    assert "?reason=hang_up&amp;page=2" in first
    assert "Call 0" in bobs.get(reverse("rtc_agents:history"), {"reason": "hang_up", "page": 2}).content.decode()


def test_a_longer_history_asks_no_more_of_the_database(
    bobs: Client, handled: Handled, django_assert_max_num_queries: Any
) -> None:
    for _ in range(5):
        handled()
    with django_assert_max_num_queries(12):
        bobs.get(reverse("rtc_agents:history"))


# --- panels -----------------------------------------------------------------------------------------


def panel(call: Any, name: str = "customer") -> str:
    return reverse("rtc_agents:panel", kwargs={"call": getattr(call, "uuid", call), "name": name})


def test_the_agent_of_the_call_reads_its_panels_during_and_after_it(bobs: Client, handled: Handled) -> None:
    running = handled(end=False)
    assert bobs.get(panel(running)).status_code == 200
    calls.end(running, reason="hang_up")
    assert bobs.get(panel(running)).status_code == 200


def test_an_agent_who_was_not_on_the_call_is_refused(client: Client, make_user: Any, handled: Handled) -> None:
    beth = make_user("beth", group="rtc customer-service agent")
    call = handled()
    client.force_login(beth)
    assert client.get(panel(call)).status_code == 403


def test_having_been_the_customer_gives_no_right(client: Client, make_user: Any, handled: Handled) -> None:
    beth = make_user("beth", group="rtc customer-service agent")
    call = handled(name="beth")
    client.force_login(beth)
    assert client.get(panel(call)).status_code == 403


def test_a_stranger_reads_no_panel(client: Client, charlie: Any, handled: Handled) -> None:
    call = handled()
    client.force_login(charlie)
    assert client.get(panel(call)).status_code == 403


def test_an_unknown_call_or_panel_is_not_found(bobs: Client, handled: Handled) -> None:
    assert bobs.get(panel(uuid4())).status_code == 404
    assert bobs.get(panel(handled(), "salary")).status_code == 404
