"""The filters of abnormal calls answer at once among 10,000 calls and 200,000 windows."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from rtc_service.admin import troubles
from rtc_service.models import Call, Event, Link, Participant, QualitySample, QualitySummary, Visitor

CALLS = 10_000
BAD = 37  # calls apart: one in so many has each trouble
WINDOWS = 10  # of each leg


@pytest.fixture
def many(visitor: Visitor, bob: Any) -> None:
    """Ended calls, one a minute: two legs, ten windows each, a dozen events; some are bad in every way."""
    now = timezone.now()
    calls = Call.objects.bulk_create(
        Call(visitor=visitor, state="ended", end_reason="hang_up", state_since=now, answered_by=bob,
             requested=now - timedelta(minutes=number), answered=now, ended=now)
        for number in range(CALLS)
    )  # fmt: skip
    legs = Participant.objects.bulk_create(
        Participant(call=call, role=role, joined=call.requested, left=now)
        for call in calls
        for role in ("customer", "staff")
    )
    bad = {call.pk for call in calls[::BAD]}
    QualitySummary.objects.bulk_create(
        QualitySummary(participant=leg, call_id=leg.call_id, until=now, seconds=50, sent=50,
                       received=0 if leg.call_id in bad and leg.role == "staff" else 50,
                       loss=0.3 if leg.call_id in bad else 0.001, rtt_ms=40, latency_ms=90, frozen=0, fps=30)
        for leg in legs
    )  # fmt: skip
    Link.objects.bulk_create(
        Link(call=one.call, first=one, second=two, state="closed", up_first=1, up_second=1, state_since=now)
        for one, two in zip(legs[::2], legs[1::2], strict=True)
    )
    kinds = ("call.requested", "call.ringing", "call.answered", "link.opened", "link.up", "call.active", "media",
             "media", "message", "message", "call.ended")  # fmt: skip
    Event.objects.bulk_create(
        Event(call=call, seq=seq, kind=kind, at=call.requested, data={"kind": "talk", "role": "customer"})
        for call in calls
        for seq, kind in enumerate((*kinds, "link.stale", "participant.lost") if call.pk in bad else kinds, 1)
    )
    fill_windows()


def fill_windows() -> None:
    table, legs = QualitySample._meta.db_table, Participant._meta.db_table
    start = "datetime(joined, '+' || (i * 5) || ' seconds')"
    if connection.vendor == "postgresql":
        start = "joined + make_interval(secs => i * 5)"
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO {table} (participant_id, window_start, seconds, "values") '  # noqa: S608
            f"WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {WINDOWS - 1}) "
            f'SELECT id, {start}, 5.0, \'{{"loss": 0.3, "rtt_ms": 40, "fps": 30}}\' FROM {legs}, n'
        )


def test_each_filter_answers_within_a_second(office: Client, many: None):
    assert (Call.objects.count(), QualitySample.objects.count()) == (CALLS, 2 * CALLS * WINDOWS)
    url = reverse("admin:rtc_service_call_changelist")
    office.get(url)
    took: dict[str, float] = {}
    counts: dict[str, int] = {}
    for name in ("", *(trouble.name for trouble in troubles.known())):
        took[name] = 60.0
        for _again in range(2):  # the better of two: other programs share the machine
            start = time.perf_counter()
            answer = office.get(url, {"trouble": name} if name else {})
            took[name] = min(took[name], time.perf_counter() - start)
        counts[name] = answer.context["cl"].result_count
    expected = -(-CALLS // BAD)
    assert counts == {"": CALLS} | dict.fromkeys(("one_way", "dropped", "cuts", "loss"), expected) | dict.fromkeys(
        ("no_media", "latency", "picture", "recording"), 0
    )
    assert max(took.values()) < 1, took
