"""Calls with a story, made through the services as the sockets would; the clock is moved along."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

from rtc_service import clock, lasting
from rtc_service.models import Call, Link, Participant, QualitySample, QualitySummary, Visitor
from rtc_service.services import calls, links, messages, participants, prompts
from rtc_service.signalling.protocol import CallRequest
from rtc_service.states import EndReason

ROUTE = {"local": "srflx", "remote": "relay", "protocol": "udp"}
CHAT = (
    ("customer", "Hello, does the lid of this teapot come off for cleaning?"),
    ("staff", "Yes, watch: it turns a quarter to the left."),
    ("customer", "I see it. And is it fit for a dishwasher?"),
    ("staff", "The pot is, the bamboo handle is not. I have put the care sheet into your cart."),
    ("customer", "Perfect, thank you <b>so</b> much!"),
)


class Time:
    """Moves the database's time, as this process sees it, to some seconds from now."""

    def __init__(self, start: float) -> None:
        self.at = start
        clock.shift(start)

    def forward(self, seconds: float) -> None:
        self.at += seconds
        clock.shift(self.at)


@contextmanager
def time_from(start: float) -> Iterator[Time]:
    """`with time_from(-3600) as time: …; time.forward(5)`"""
    try:
        yield Time(start)
    finally:
        clock.shift(0)


def waiting(visitor: Visitor, **hints: Any) -> Call:
    body = {"page_kind": "product", "subject": "product:SKU-1", "title": "Teapot “Morning mist”", "category": "tea",
            "language": "en", "url": "https://shop.example/teapots/sku-1?email=a%40b.example"} | hints  # fmt: skip
    call, _leg = calls.request(visitor, CallRequest(**body))
    return call


def answered(call: Call, user: Any, name: str) -> tuple[Participant, Participant, Link]:
    """(customer, staff, link) of a call that has just been answered."""
    calls.ring(call, number=1, seconds=20)
    staff = calls.answer(call, user_id=user.pk, name=name, version=call.version)
    customer = call.participants.get(role="customer", left__isnull=True)
    return customer, staff, call.links.get()


def up(link: Link, *, generation: int = 1) -> None:
    """Both ends report that packets flow."""
    link.refresh_from_db()
    links.report(link, link.first.uuid, generation, "up", route=ROUTE)
    link.refresh_from_db()
    links.report(link, link.second.uuid, generation, "up", route=ROUTE)


def measure(
    leg: Participant, now: float, start: float, seconds: float, *, base: float = 40.0, bad: tuple[float, float] = (0, 0)
) -> None:
    """Windows of 5 s from `start` on, worse between the two times of `bad`; `now` and `start` as in Time.at."""
    dice = random.Random(f"{leg.pk}")
    moment = clock.now()
    rows = []
    for number in range(int(seconds // 5)):
        at = start + number * 5
        worse = 1.0 if bad[0] <= at - start < bad[1] else 0.0
        wave = math.sin(number / 9) * 4
        values = {
            "rtt_ms": round(base + wave + dice.random() * 6 + worse * 190, 1),
            "loss": round(dice.random() * 0.006 + worse * 0.11, 4),
            "jitter_ms": round(3 + dice.random() * 2 + worse * 22, 1),
            "bitrate": round(1_650_000 - worse * 1_100_000 + dice.random() * 120_000),
            "bitrate_out": round(1_600_000 - worse * 1_000_000),
            "fps": round(30 - worse * 14 - dice.random(), 1),
            "width": 640,
            "height": 360,
            "frozen": round(worse * 0.22 * dice.random(), 4),
            "concealed": round(0.002 + worse * 0.08 * dice.random(), 4),
            "latency_ms": round(base * 1.6 + 38 + wave + worse * 150, 1),
            "latency_p95_ms": round(base * 1.6 + 61 + worse * 260, 1),
        }
        since = moment + timedelta(seconds=at - now)
        rows.append(QualitySample(participant=leg, window_start=since, seconds=5.0, values=values))
    known = QualitySummary.objects.filter(participant=leg).first()
    summary = known or QualitySummary(participant=leg, call_id=leg.call_id, until=rows[0].window_start)
    for row in QualitySample.objects.bulk_create(rows):
        lasting.add(summary, row.window_start, row.seconds, row.values, counts=lambda key: True)
    summary.save()


def whole_call(
    visitor: Visitor, user: Any, *, ago: float = 3600, name: str = "Bob", score: int | None = 4, **hints: Any
) -> Call:
    """Waited, answered, connected, a stretch of bad network, a page refresh, chat, hang up, rating: about 4 minutes."""
    with time_from(-ago) as time:
        call = waiting(visitor, **hints)
        time.forward(7.4)
        calls.ring(call, number=1, seconds=20)
        time.forward(20)
        calls.back_to_queue(call, cause="missed")
        time.forward(0.3)
        customer, staff, link = answered(call, user, name)
        participants.set_media(staff, {"camera": True, "microphone": True, "screen": False})
        time.forward(0.9)
        up(link)
        calls.activate(call)
        participants.set_media(customer, {"camera": True, "microphone": True, "screen": False})
        began = time.at
        talk(time, customer, staff, link)
        measure(customer, time.at, began, 240, base=52, bad=(80, 115))
        measure(staff, time.at, began, 240, base=34)
        prompts.ask(customer, "recording.consent", {})
        calls.hang_up(call, by=staff)
        time.forward(6)
        if score is not None:
            calls.rate(call, score=score, comment="Friendly and quick, the picture stood still once.", by=customer)
    call.refresh_from_db()
    return call


def talk(time: Time, customer: Participant, staff: Participant, link: Link) -> None:
    for role, text in CHAT[:3]:
        time.forward(14)
        messages.say(customer if role == "customer" else staff, client_id=uuid4(), body=text)
    time.forward(46)
    link.refresh_from_db()
    links.report(link, customer.uuid, 1, "stale", cause="no_packets")
    participants.lost(customer)
    time.forward(6.2)
    customer.refresh_from_db()
    participants.back(customer)
    links.renew(link, 1, cause="returned")
    time.forward(0.6)
    up(link, generation=2)
    for role, text in CHAT[3:]:
        time.forward(30)
        messages.say(customer if role == "customer" else staff, client_id=uuid4(), body=text)
    time.forward(80)


def unanswered(visitor: Visitor, *, ago: float, cancelled: bool = False, **hints: Any) -> Call:
    with time_from(-ago) as time:
        call = waiting(visitor, **hints)
        time.forward(38)
        if cancelled:
            calls.hang_up(call, by=call.participants.get(role="customer"))
        else:
            calls.end(call, reason=EndReason.NO_AGENT)
    return call


def running(visitor: Visitor, user: Any, *, ago: float = 95, name: str = "Bob", **hints: Any) -> Call:
    """Answered and talking right now."""
    with time_from(-ago) as time:
        call = waiting(visitor, **hints)
        time.forward(11)
        _customer, _staff, link = answered(call, user, name)
        time.forward(0.7)
        up(link)
        calls.activate(call)
    call.refresh_from_db()
    return call
