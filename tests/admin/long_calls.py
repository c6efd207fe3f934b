"""Calls that try the call's page: three hours with much to tell, and a text chat without a single window."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from rtc_service.models import Call, Link, Participant, Visitor
from rtc_service.services import alerts, calls, links, messages, participants, prompts, timeline

from . import seeding

HOURS = 3
NAME = "Maximiliane-Alexandrina von Hohenlohe-Waldenburg-Schillingsfürst"
TITLE = "Handgefertigte Teekanne „Morgennebel“ mit Bambusgriff, 1,2 l, inklusive Stövchen und sechs Trinkschalen"
# Minutes at which the link stood still, and for how many seconds.
CUTS = ((12, 8), (47, 5), (80, 240), (131, 12))
BAD = (100 * 60.0, 108 * 60.0)  # seconds of bad network


def long_call(visitor: Visitor, user: Any, *, name: str = NAME, title: str = TITLE) -> Call:
    """About 4,300 windows and 90 events; the customer was away for four minutes."""
    with seeding.time_from(-HOURS * 3600 - 600) as time:
        call = seeding.waiting(visitor, title=title)
        time.forward(48)
        customer, staff, link = seeding.answered(call, user, name)
        participants.set_media(staff, {"camera": True, "microphone": True, "screen": False})
        time.forward(1.2)
        seeding.up(link)
        calls.activate(call)
        participants.set_media(customer, {"camera": True, "microphone": True, "screen": False})
        prompts.ask(customer, "recordings.consent", {}, wording_version="2026-03")
        recording = {"recording": str(uuid4()), "parties": []}
        timeline.append(call, "recordings.state", data=recording | {"state": "running", "cause": "media"})
        began = time.at
        for minute in range(HOURS * 60):
            time.forward(began + minute * 60 - time.at)
            happen(time, minute, customer, staff, link)
        time.forward(20)
        away = CUTS[2][0] * 60.0
        for leg, base in ((customer, 60.0), (staff, 35.0)):
            seeding.measure(leg, time.at, began, away, base=base)
            after = away + CUTS[2][1]
            rest = HOURS * 3600 - after
            seeding.measure(leg, time.at, began + after, rest, base=base, bad=(BAD[0] - after, BAD[1] - after))
        alerts.raise_("recordings.no_picture", call=call, target=str(customer.uuid))
        alerts.clear("recordings.no_picture", call=call, target=str(customer.uuid))
        alerts.raise_("recordings.no_sound", call=call, target=str(staff.uuid))
        timeline.append(call, "recordings.state", data=recording | {"state": "finalising", "cause": "ended"})
        calls.hang_up(call, by=staff)
        calls.rate(call, score=2, comment="Lang, aber am Ende half es. " * 12, by=customer)
    call.refresh_from_db()
    return call


def happen(time: seeding.Time, minute: int, customer: Participant, staff: Participant, link: Link) -> None:
    """What the minute of the call brings."""
    if minute % 9 == 4:
        author, text = (customer, "Eine Frage noch: ") if minute % 2 else (staff, "Gerne, ")
        messages.say(author, client_id=uuid4(), body=text + "wie ist das mit dem Deckel? " * (1 + minute % 5))
    if minute % 25 == 20:
        participants.set_media(staff, {"camera": True, "microphone": True, "screen": minute % 50 == 20})
    for at, seconds in CUTS:
        if minute == at:
            cut(time, seconds, customer, link)


def cut(time: seeding.Time, seconds: float, customer: Participant, link: Link) -> None:
    link.refresh_from_db()
    links.report(link, customer.uuid, link.generation, "stale", cause="no_packets")
    participants.lost(customer)
    time.forward(seconds)
    customer.refresh_from_db()
    participants.back(customer)
    link.refresh_from_db()
    links.renew(link, link.generation, cause="returned")
    link.refresh_from_db()
    seeding.up(link, generation=link.generation)


def text_only(visitor: Visitor, user: Any) -> Call:
    """A chat: no picture, no sound, no windows."""
    with seeding.time_from(-4000) as time:
        call = seeding.waiting(visitor, media="text")
        time.forward(15)
        customer, staff, link = seeding.answered(call, user, "Bob")
        calls.activate(call, cause="no_media")
        for role, text in seeding.CHAT:
            time.forward(40)
            messages.say(customer if role == "customer" else staff, client_id=uuid4(), body=text)
        calls.hang_up(call, by=customer)
    call.refresh_from_db()
    return call
