"""The list of calls: searched, filtered, and as fast with many rows as with few."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from rtc_service.models import AuditEntry, Call, Rating, Visitor
from rtc_service.services import visitors

from . import seeding

LIST = "admin:rtc_service_call_changelist"


def shown(office: Client, **query: str) -> set[str]:
    """The identifiers in the list."""
    answer = office.get(reverse(LIST), query)
    assert answer.status_code == 200
    return {str(call) for call in answer.context["cl"].result_list}


@pytest.fixture
def told(visitor: Visitor, bob: Any) -> Call:
    return seeding.whole_call(visitor, bob, score=2)


@pytest.fixture
def missed(visitor: Visitor) -> Call:
    return seeding.unanswered(visitor, ago=900, title="Gaiwan", subject="product:SKU-7")


def test_a_call_is_found_by_identifier_subject_title_and_agent(office: Client, told: Call, missed: Call):
    both = {str(told), str(missed)}
    assert shown(office) == both
    assert shown(office, q=str(told.uuid)[:6]) == {str(told)}
    assert shown(office, q=str(told.uuid)) == {str(told)}
    assert shown(office, q="SKU-7") == {str(missed)}
    assert shown(office, q="Teapot") == {str(told)}
    assert shown(office, q="bob") == {str(told)}
    assert shown(office, q="no such thing") == set()


def test_the_filters_find_the_low_rated_the_troubled_and_the_unanswered(office: Client, told: Call, missed: Call):
    Call.objects.filter(pk=missed.pk).update(queue="second", tier="vip")
    assert shown(office, rated="low") == {str(told)}
    assert shown(office, rated="good") == set()
    assert shown(office, rated="none") == {str(missed)}
    assert shown(office, end_reason__exact="no_agent") == {str(missed)}
    assert shown(office, state__exact="ended") == {str(told), str(missed)}
    assert shown(office, queue="second") == shown(office, tier="vip") == {str(missed)}


def test_a_line_says_what_became_of_the_call(office: Client, told: Call):
    html = office.get(reverse(LIST)).content.decode()
    for words in ("hung up", "0:27", "3:5", "★ 2", "cuts", "loss", "dropped", "product:SKU-1"):
        assert words in html, words
    assert "Liddell" not in html


def many(count: int, visitor: Visitor, user: Any) -> None:
    """Ended calls, one a minute, each second one rated."""
    now = timezone.now()
    Call.objects.bulk_create(
        Call(
            visitor=visitor, state="ended", end_reason="hang_up", state_since=now, answered_by=user, queue="main",
            title=f"Teapot {number}", requested=now - timedelta(minutes=number), answered=now, ended=now,
        )
        for number in range(count)
    )  # fmt: skip
    rated = Call.objects.filter(rating__isnull=True)[::2]
    Rating.objects.bulk_create(Rating(call=call, score=4, created=now) for call in rated)


def test_the_list_costs_the_same_for_one_and_for_many(
    office: Client, told: Call, bob: Any, django_assert_max_num_queries: Any
):
    with django_assert_max_num_queries(14) as few:
        office.get(reverse(LIST))
    many(60, told.visitor, bob)
    with django_assert_max_num_queries(len(few.captured_queries)):
        assert len(shown(office)) == 50


def test_ten_thousand_calls_are_listed_fast(office: Client, visitor: Visitor, bob: Any):
    many(10_000, visitor, bob)
    office.get(reverse(LIST))
    start = time.perf_counter()
    assert len(shown(office)) == 50
    assert len(shown(office, rated="good")) == 50
    assert len(shown(office, q="Teapot 99")) == 50
    # Three pages; generous for a busy machine, yet far below what a query per row would take.
    assert time.perf_counter() - start < 6


def test_the_action_ends_open_calls_and_leaves_the_others(office: Client, dora: Any, told: Call):
    waiting = seeding.waiting(visitors.for_guest())
    data = {"action": "force_end", "_selected_action": [told.pk, waiting.pk]}
    assert "1 call was ended." in office.post(reverse(LIST), data, follow=True).content.decode()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.end_reason) == ("ended", "forced")
    entry = AuditEntry.objects.get(action="call.forced")
    assert (entry.user, entry.call) == (dora, waiting.uuid)


def test_calls_are_neither_added_nor_deleted_here(client: Client, admin_user: Any, told: Call):
    client.force_login(admin_user)
    assert client.get(reverse("admin:rtc_service_call_add")).status_code == 403
    assert client.post(reverse("admin:rtc_service_call_delete", args=[told.pk]), {"post": "yes"}).status_code == 403
    assert client.post(reverse("admin:rtc_service_call_change", args=[told.pk]), {}).status_code == 405
    assert Call.objects.filter(pk=told.pk).exists()
