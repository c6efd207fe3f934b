"""One call's story on one page: true, masked, and without a line of inline script."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from rtc_service import registry
from rtc_service.admin import quality, sentences
from rtc_service.models import AuditEntry, Call, Event, QualitySample, Visitor
from rtc_service.services import alerts, audit, links, prompts

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


def quality_data(html: str) -> dict[str, Any]:
    """What the charts are drawn from."""
    found = re.search(r'<script id="rtc-quality-data" type="application/json">(.*?)</script>', html, re.S)
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


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


def test_the_links_table_tells_what_became_of_each_generation(html: str):
    table = re.search(r'id="rtc-links-title".*?</section>', html, re.S)
    assert table
    rows = re.findall(r"<tr>(.*?)</tr>", table[0], re.S)[1:]
    assert len(rows) == 2
    assert "replaced" in rows[0] and "once" in rows[0]
    assert "the page was loaded again" in rows[1] and "closed" in rows[1] and "once" not in rows[1]
    assert all("talk" in row and "udp" in row for row in rows)


def test_no_address_stands_on_the_page_whatever_the_rows_hold(office: Client, told: Call, bob: Any):
    for event in told.events.filter(kind__in=["link.up", "link.stale"]):
        route = {"local": "203.0.113.7", "remote": "2001:db8::7", "protocol": "198.51.100.4:3478"}
        Event.objects.filter(pk=event.pk).update(data=event.data | {"route": route, "address": "203.0.113.8"})
    audit.record("token.replayed", user_id=bob.pk, address="203.0.113.9", call=told.uuid, peer="203.0.113.10")
    alerts.raise_("recordings.no_sound", call=told, target="203.0.113.11", peer="203.0.113.12")
    html = office.get(page(told)).content.decode()
    assert "token.replayed" in html and "The recorder got no sound" in html
    assert re.findall(r"\b\d{1,3}(?:\.\d{1,3}){3}\b", html) == []
    assert "2001:db8" not in html and "3478" not in html


def test_the_charts_have_both_parties_the_standstill_and_the_marks(html: str, told: Call):
    data = quality_data(html)
    assert [line["name"] for line in data["series"]] == ["A••• (customer)", "Bob (staff)"]
    assert all(len(line["at"]) == len(values) for line in data["series"] for values in line["values"].values())
    [[since, until]] = data["bands"]
    assert 6 < until - since < 8
    words = [mark["word"] for mark in data["marks"]]
    assert [words.count(word) for word in ("answered", "lost", "back", "no packets", "end")] == [1] * 5
    assert words.count("link stands") == 2
    assert {"height", "frozen", "concealed", "bitrate", "bitrate_out", "fps", "latency_ms"} <= set(data["metrics"])
    lost = next(mark for mark in data["marks"] if mark["word"] == "lost")
    assert lost["text"] == "A••• lost the connection to the server" and lost["tone"] == "warn"


def test_a_standstill_that_never_ended_runs_to_the_end(visitor: Visitor, bob: Any):
    call = seeding.running(visitor, bob)
    link = call.links.get()
    links.report(link, link.first.uuid, 1, "stale")
    [[since, until]] = quality.standstills(call, list(call.events.order_by("seq")))
    assert since > 0 and until is None


def test_the_table_says_the_same_without_a_script(html: str, told: Call):
    assert "The table below has the same values." in html
    table = re.search(r'<details class="rtc-twin">.*?</details>', html, re.S)
    assert table and table[0].count("<tr>") == 1 + QualitySample.objects.count()
    assert "640 × 360" in table[0]


def test_alerts_and_questions_of_the_call_are_told(office: Client, told: Call):
    leg = told.participants.get(role="customer")
    alerts.raise_("recordings.black", call=told, target=str(leg.uuid))
    prompts.ask(leg, "recordings.consent", {}, wording_version="7")
    html = office.get(page(told)).content.decode()
    card = re.search(r'id="rtc-alerts-title".*?</section>', html, re.S)
    assert card and "only black pictures" in card[0] and "A•••" in card[0] and ">open<" in card[0]
    card = re.search(r'id="rtc-prompts-title".*?</section>', html, re.S)
    assert card and "May the call be recorded?" in card[0] and "wording 7" in card[0]


def test_the_audit_of_the_call_is_short_here_and_whole_behind_a_link(office: Client, told: Call):
    for _number in range(30):
        audit.record("call.viewed", call=told.uuid)
    html = office.get(page(told)).content.decode()
    card = re.search(r'id="rtc-audit-title".*?</section>', html, re.S)
    assert card and card[0].count("<tr>") == 1 + 20
    assert f"auditentry/?q={told.uuid}" in card[0] and "All entries about this call" in card[0]


def test_a_call_without_media_has_no_charts_and_no_chart_code(office: Client, visitor: Visitor):
    html = office.get(page(seeding.unanswered(visitor, ago=500))).content.decode()
    assert "rtc-quality" not in html and "uplot" not in html.lower()
    assert "rtc-links-title" not in html


def test_nothing_inline_that_a_strict_policy_would_stop(html: str):
    scripts = re.findall(r"<script\b[^>]*>", html)
    assert scripts
    assert any('type="module"' in tag and "quality-chart" in tag for tag in scripts)
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
    assert "rtc-audit-title" not in html and "rtc-alerts-title" not in html


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
    # Numbers stay numbers whatever the language writes.
    data = quality_data(answer.content.decode())
    assert data["end"] > data["start"] > 0
    assert all(isinstance(value, float) for value in data["series"][0]["at"])
