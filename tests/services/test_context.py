"""What the shop knows of a customer: asked in time, added when it comes late, left out when it fails."""

from __future__ import annotations

from threading import Event

import pytest

from agents.models import Queue
from rtc_service import registry
from rtc_service.models import Call, Visitor
from rtc_service.registry import ContextProvider
from rtc_service.signalling.protocol import CallRequest
from rtc_service.testing import customer, request_call
from tests.harness.threads import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def provide(monkeypatch: pytest.MonkeyPatch):
    def add(function, *, prompt: bool = False) -> None:
        monkeypatch.setitem(registry.get().contexts, "test", ContextProvider(function, prompt))

    return add


def test_what_is_known_in_time_is_in_the_call(provide) -> None:
    provide(lambda visitor, body: {"tier": "vip", "since": 2020})
    call, _ = request_call(customer())
    assert (call.tier, call.context["test"]["since"]) == ("vip", 2020)


def test_a_late_answer_does_not_hold_the_call_and_is_added(provide) -> None:
    Queue.objects.get_or_create(slug="main", defaults={"name": "Video service"})
    answer = Event()

    def slow(visitor: Visitor, body: CallRequest) -> dict[str, str]:
        assert answer.wait(10)
        return {"tier": "vip"}

    provide(slow)
    try:
        call, _ = request_call(customer())
        assert (call.tier, call.queue) == ("", "main"), "the queue is never late"
    finally:
        answer.set()
    until(lambda: Call.objects.get(pk=call.pk).tier == "vip")
    assert Call.objects.get(pk=call.pk).context["test"] == {"tier": "vip"}


def test_a_provider_that_breaks_costs_nothing_but_its_facts(provide) -> None:
    def broken(visitor: Visitor, body: CallRequest) -> dict[str, str]:
        raise RuntimeError("the shop is on fire")

    provide(broken)
    call, _ = request_call(customer())
    assert call.context["test"] == {}
