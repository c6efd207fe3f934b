"""Each window that is kept is also summed up in one row per leg; only what lasted counts as its worst."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from rtc_service import clock, lasting
from rtc_service.models import Participant, QualitySample, QualitySummary, Visitor
from rtc_service.services import quality
from rtc_service.signalling.protocol import Quality, Stats

from . import seeding


@pytest.fixture
def leg(visitor: Visitor) -> Participant:
    return seeding.waiting(visitor).participants.get()


def report(leg: Participant, number: int, **stats: Any) -> QualitySample | None:
    """The browser's window no. `number` of 5 s, counted from half a minute before the leg joined."""
    start = clock.millis(leg.joined) - 30_000 + number * 5000
    body = Quality(link=leg.uuid, window=start, seconds=5.0, stats=Stats(**stats))
    return quality.keep(leg, body)


def test_the_worst_of_two_neighbours_is_what_both_held():
    assert lasting.held({"loss": 0.4, "fps": 5}, {"loss": 0.1, "fps": 20}) == {"loss": 0.1, "fps": 20}
    assert lasting.held({"loss": 0.4}, {"fps": 20}) == {}
    assert lasting.held({"loss": 0, "rtt_ms": None}, {"loss": 0, "rtt_ms": 9}) == {"loss": 0}


def test_windows_are_summed_up_as_they_come(leg: Participant):
    report(leg, 0, loss=0.5, bitrate=1e6, bitrate_out=0.0, fps=2.0)
    report(leg, 1, loss=0.2, bitrate=0.0, bitrate_out=5e5, fps=30.0)
    report(leg, 2, loss=0.3, bitrate=1e6, bitrate_out=5e5, rtt_ms=80.0)
    row = QualitySummary.objects.get()
    assert (row.participant, row.call) == (leg, leg.call)
    assert (row.seconds, row.received, row.sent) == (15, 10, 10)
    assert (row.loss, row.fps, row.rtt_ms) == (0.2, 30.0, None)


def test_the_same_window_twice_counts_once(leg: Participant):
    start = clock.millis(clock.now())
    body = Quality(link=leg.uuid, window=start, seconds=5.0, stats=Stats(loss=0.3))
    assert quality.keep(leg, body) is not None
    assert quality.keep(leg, body) is None
    row = QualitySummary.objects.get()
    assert (row.seconds, row.loss) == (5, None)


def test_what_was_measured_before_is_summed_up_by_the_migration(leg: Participant):
    for number in range(3):
        report(leg, number, loss=0.1 * (number + 1), fps=3.0, bitrate=1.0)
    kept = QualitySummary.objects.values("call", "seconds", "received", "sent", "loss", "until", "newest").get()
    QualitySummary.objects.all().delete()
    migration = importlib.import_module("rtc_service.migrations.0008_sum_up_quality")
    migration.sum_up(apps, connection.schema_editor())
    again = QualitySummary.objects.values(*kept).get()
    assert again == kept
    assert QualitySummary.objects.get().fps is None
