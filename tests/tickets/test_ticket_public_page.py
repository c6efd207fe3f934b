"""The customer's page: opened by its signed link only, and shows nothing that is not for the customer."""

from __future__ import annotations

import datetime

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from rtc_service.models import Call
from tickets.models import Ticket
from tickets.services import links, opening, writing
from tickets.states import State


@pytest.fixture
def ticket(answered_call: Call) -> Ticket:
    return opening.open_for_call(answered_call)


def age(ticket: Ticket, days: float) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(updated=timezone.now() - datetime.timedelta(days=days))


def test_the_link_shows_number_progress_and_what_it_is_about(client: Client, ticket: Ticket):
    page = client.get(links.url_for(ticket))
    text = page.content.decode()
    assert page.status_code == 200
    assert ticket.number in text
    assert "Teapot" in text
    assert text.index("Received") < text.index('aria-current="step"') < text.index("In work")


def test_only_public_words_are_on_the_page(client: Client, ticket: Ticket, bob):
    writing.save_fields(
        ticket, by=bob, version=1, problem="p-secret", handling="h-secret", result="r-secret", customer_note="for you"
    )
    writing.comment(ticket, "c-secret", by=bob)
    writing.comment(ticket, "we sent a lid", by=bob, public=True)
    text = client.get(links.url_for(ticket)).content.decode()
    assert "secret" not in text
    assert "for you" in text
    assert "we sent a lid" in text
    assert "Bob Cratchit" in text
    assert "Alice" not in text


def test_what_people_wrote_is_escaped(client: Client, ticket: Ticket, bob):
    writing.comment(ticket, "<script>alert(1)</script>", by=bob, public=True)
    text = client.get(links.url_for(ticket)).content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;" in text


def test_the_page_is_neither_kept_nor_indexed_nor_told_on(client: Client, ticket: Ticket):
    page = client.get(links.url_for(ticket))
    assert page["Cache-Control"] == "no-store"
    assert page["Referrer-Policy"] == "no-referrer"
    assert "noindex" in page["X-Robots-Tag"]
    assert "style=" not in page.content.decode()
    assert "<script>" not in page.content.decode()


def test_a_forged_an_unknown_and_an_expired_link_look_alike(client: Client, ticket: Ticket, caplog):
    good = links.url_for(ticket)
    forged = good[:-2] + ("A" if good[-2] != "A" else "B") + "/"
    foreign = good.replace(links.token_for(ticket), signing.Signer(salt="other", sep=".").sign(ticket.uuid.hex))
    answers = [client.get(url) for url in (forged, foreign, good.replace(ticket.uuid.hex, "x"))]
    age(ticket, 181)
    answers.append(client.get(good))
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert ticket.number not in answers[-1].content.decode()
    assert ticket.uuid.hex not in caplog.text, "no link reaches a log"


def test_a_link_lives_as_long_as_something_happens(client: Client, ticket: Ticket, bob, settings):
    age(ticket, 179)
    assert client.get(links.url_for(ticket)).status_code == 200
    settings.RTC_SERVICE = settings.RTC_SERVICE | {"tickets": {"LINK_DAYS": 30}}
    assert client.get(links.url_for(ticket)).status_code == 404
    writing.comment(ticket, "news", by=bob, public=True)
    assert client.get(links.url_for(ticket)).status_code == 200


def test_the_link_stays_the_same_over_all_changes(ticket: Ticket, bob):
    before = links.url_for(ticket)
    writing.move(ticket, State.SOLVED, by=bob)
    assert links.url_for(ticket) == before


def test_the_page_speaks_the_customers_language_not_the_readers(client: Client, ticket: Ticket):
    Ticket.objects.update(language="zh-Hans")
    text = client.get(links.url_for(ticket), headers={"Accept-Language": "en"}).content.decode()
    assert '<html lang="zh-hans"' in text


def test_times_are_machine_readable_in_utc(client: Client, ticket: Ticket):
    text = client.get(links.url_for(ticket)).content.decode()
    assert f'<time datetime="{ticket.created:%Y-%m-%dT%H:%M:%SZ}">' in text


def test_the_page_only_answers_to_reading(client: Client, ticket: Ticket):
    assert client.post(links.url_for(ticket)).status_code == 405
