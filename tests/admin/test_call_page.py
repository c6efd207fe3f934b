"""One call's story on one page: true, masked, and without a line of inline script."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from rtc_service import registry
from rtc_service.admin import sentences
from rtc_service.models import AuditEntry, Call, Event, QualitySample, Visitor

from . import seeding


def page(call: Call) -> str:
    return reverse("admin:rtc_service_call_change", args=[call.pk])


@pytest.fixture
def told(visitor: Visitor, bob: Any) -> Call:
    return seeding.whole_call(visitor, bob)


@pytest.fixture
def html(office: Client, told: Call) -> str:
    answer = office.get(page(told))
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_event_stands_on_the_time_line_with_its_time(html: str, told: Call):
    assert html.count('class="rtc-bullet"') == Event.objects.filter(call=told).count()
    for words in (
        "The customer asked for a video call about",
        "Back in the queue: the offer was not answered in time",
        "Bob took the call",
        "stands, through the TURN relay (UDP)",
        "The conversation began",
        "no packets arrive",
        "lost the connection to the server",
        "is built anew (no. 2): the page was loaded again",
        "The call ended: hung up, by Bob",
        "The customer gave 4 of 5 stars",
        "+0:00.0",
        "+0:27.",
    ):
        assert words in html, words


def test_every_kind_of_event_has_a_sentence():
    assert set(registry.get().events) - set(sentences._known) == set()


def test_the_customer_is_masked_and_the_address_cut(html: str):
    assert "A•••" in html
    assert "Liddell" not in html
    assert "https://shop.example/teapots/sku-1" in html
    assert "a%40b.example" not in html and "email=" not in html


def test_what_the_customer_wrote_is_text(html: str):
    assert "thank you &lt;b&gt;so&lt;/b&gt; much" in html


def test_links_show_kinds_of_candidates_and_standstills(html: str):
    assert "srflx ↔ relay udp" in html
    assert re.search(r"Stood still.*once", html, re.S)


def test_nothing_inline_that_a_strict_policy_would_stop(html: str):
    scripts = re.findall(r"<script\b[^>]*>", html)
    assert scripts
    assert [tag for tag in scripts if "src=" not in tag and "application/json" not in tag] == []
    assert not re.findall(r"\sstyle=|\son\w+=|<style", html)


def test_the_page_costs_a_fixed_number_of_queries(
    office: Client, told: Call, visitor: Visitor, bob: Any, django_assert_max_num_queries: Any
):
    short = seeding.unanswered(visitor, ago=500)
    office.get(page(short))
    with django_assert_max_num_queries(30):
        office.get(page(told))


def test_a_running_call_and_one_that_nobody_answered_have_a_page(office: Client, visitor: Visitor, bob: Any):
    assert "nobody answered" in office.get(page(seeding.unanswered(visitor, ago=500))).content.decode()
    assert "End this call by force" in office.get(page(seeding.running(visitor, bob))).content.decode()


def test_the_page_is_viewed_under_audit(html: str, told: Call, dora: Any):
    assert AuditEntry.objects.get(action="call.viewed").call == told.uuid


def test_a_supervisor_ends_a_running_call_by_force(office: Client, visitor: Visitor, bob: Any, dora: Any):
    call = seeding.running(visitor, bob)
    answer = office.post(reverse("admin:rtc_service_call_end", args=[call.pk]), follow=True)
    assert "The call was ended." in answer.content.decode()
    call.refresh_from_db()
    assert (call.state, call.end_reason, call.staff) == ("ended", "forced", None)
    assert AuditEntry.objects.get(action="call.forced").user == dora
    again = office.post(reverse("admin:rtc_service_call_end", args=[call.pk]), follow=True)
    assert "had ended already" in again.content.decode()


def test_who_may_only_view_ends_nothing_and_reads_no_chat(
    client: Client, make_user: Callable[..., Any], visitor: Visitor, bob: Any, told: Call
):
    viewer = make_user("victor", staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_call", content_type__app_label="rtc_service"))
    client.force_login(viewer)
    call = seeding.running(visitor, bob)
    assert client.post(reverse("admin:rtc_service_call_end", args=[call.pk])).status_code == 403
    assert client.get(reverse("admin:rtc_service_call_quality_csv", args=[told.pk])).status_code == 403
    html = client.get(page(told)).content.decode()
    assert "End this call by force" not in client.get(page(call)).content.decode()
    assert "thank you" not in html and "Friendly" not in html and "rtc-quality-data" not in html


def test_the_csv_has_every_window_and_no_name(office: Client, told: Call):
    answer = office.get(reverse("admin:rtc_service_call_quality_csv", args=[told.pk]))
    assert answer["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert len(rows) == QualitySample.objects.count() == 96
    assert {row["role"] for row in rows} == {"customer", "staff"}
    assert float(rows[0]["rtt_ms"]) > 0 and rows[0]["latency_p95_ms"]
    assert "Alice" not in answer.content.decode() and "Bob" not in answer.content.decode()


def test_a_call_that_is_not_there_is_not_found(office: Client):
    assert office.get("/admin/rtc_service/call/999999/change/").status_code == 404
    assert office.get("/admin/rtc_service/call/nonsense/change/").status_code == 404


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant"])
def test_the_page_is_built_in_other_languages(office: Client, told: Call, language: str):
    answer = office.get(page(told), headers={"accept-language": language})
    assert answer.status_code == 200
    assert answer["Content-Language"] == language
    # Coordinates stay numbers whatever the language writes.
    assert re.search(r'<path class="rtc-line rtc-series-0" d="M\d+\.\d+ ', answer.content.decode())
