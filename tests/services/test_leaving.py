"""Who logs out leaves nothing behind, and nobody is rung for a customer who is gone."""

from __future__ import annotations

import pytest
from django.test import Client

from agents.models import AgentProfile, Presence
from agents.services import matching, offers, presence
from rtc_service.exceptions import Refused
from rtc_service.models import Call, Participant
from rtc_service.services import participants
from rtc_service.testing import customer, request_call, staff

pytestmark = pytest.mark.django_db(transaction=True)


def agent(name: str):
    user = staff(name)
    presence.ready(user.pk)
    return user


def state(user) -> str:
    return Presence.objects.get(user=user).state


def test_logging_out_in_a_call_gives_it_to_the_next_agent_at_once() -> None:
    bob = agent("bob")
    call, _ = request_call(customer())
    offer = bob.rtc_agents_offers.get()
    offers.accept(offer.uuid, by=bob.pk)
    browser = Client()
    browser.force_login(bob)
    beth = agent("beth")
    browser.logout()
    call = Call.objects.get(pk=call.pk)
    assert (call.state, call.staff) == ("ringing", None)
    assert (state(bob), state(beth)) == ("offline", "reserved")


def test_logging_out_while_it_rings_passes_the_offer_on() -> None:
    bob = agent("bob")
    call, _ = request_call(customer())
    browser = Client()
    browser.force_login(bob)
    beth = agent("beth")
    browser.logout()
    assert (state(bob), state(beth)) == ("offline", "reserved")
    assert Call.objects.get(pk=call.pk).state == "ringing"


def test_a_customer_who_logs_out_is_no_agent() -> None:
    alice = customer()
    browser = Client()
    browser.force_login(alice.user)
    browser.logout()
    assert not Presence.objects.exists()


def test_nobody_is_rung_for_a_customer_whose_page_is_gone() -> None:
    call, leg = request_call(customer())
    participants.lost(leg)
    bob = agent("bob")
    assert matching.run() == 0
    participants.back(Participant.objects.get(pk=leg.pk))
    matching.run()
    assert state(bob) == "reserved"
    assert Call.objects.get(pk=call.pk).state == "ringing"


def test_whoever_may_take_calls_becomes_an_agent_with_the_first_ready() -> None:
    anna = staff("anna")
    presence.ready(anna.pk)
    assert AgentProfile.objects.get(user=anna).active


def test_a_profile_that_is_switched_off_takes_no_calls() -> None:
    anna = staff("anna")
    AgentProfile.objects.create(user=anna, active=False)
    with pytest.raises(Refused):
        presence.ready(anna.pk)
