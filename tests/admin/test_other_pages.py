"""All other pages: they open for a supervisor, for nobody else, and their actions go through the services."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from agents.models import AgentProfile, Presence, PresenceState, Queue
from agents.services import presence
from rtc_service.models import AuditEntry, Call, Duty, Visitor
from rtc_service.models.duty import DutyState
from rtc_service.services import audit

from . import seeding

LABELS = ("rtc_service", "rtc_agents", "rtc_tickets", "rtc_commerce", "rtc_recordings")
NAMES = sorted(f"{m._meta.app_label}_{m._meta.model_name}" for m in admin.site._registry if m._meta.app_label in LABELS)


@pytest.fixture
def told(visitor: Visitor, bob: Any) -> Call:
    call = seeding.whole_call(visitor, bob)
    AgentProfile.objects.create(user=bob, display_name="Bob")
    presence.ready(bob.pk)
    return call


@pytest.mark.parametrize("name", NAMES)
def test_a_supervisor_sees_the_list_and_the_first_row(office: Client, told: Call, name: str):
    answer = office.get(reverse(f"admin:{name}_changelist"))
    assert answer.status_code == 200
    for row in answer.context["cl"].result_list[:1]:
        assert office.get(reverse(f"admin:{name}_change", args=[row.pk])).status_code == 200


@pytest.mark.parametrize("name", NAMES)
def test_staff_without_the_group_see_nothing(client: Client, make_user: Any, name: str):
    client.force_login(make_user("charlie", staff=True))
    assert client.get(reverse(f"admin:{name}_changelist")).status_code == 403


@pytest.mark.parametrize("name", NAMES)
def test_an_agent_has_no_way_in(client: Client, bob: Any, name: str):
    client.force_login(bob)
    assert client.get(reverse(f"admin:{name}_changelist")).status_code == 302


def test_a_visitors_name_and_phone_are_masked(office: Client, visitor: Visitor):
    visitor.phone = "+33199005142"
    visitor.save()
    for url in (
        reverse("admin:rtc_service_visitor_changelist"),
        reverse("admin:rtc_service_visitor_change", args=[visitor.pk]),
    ):
        html = office.get(url).content.decode()
        assert "A•••" in html and "•••42" in html
        assert "Liddell" not in html and "99005142" not in html


def test_read_only_pages_refuse_a_post(client: Client, admin_user: Any, visitor: Visitor):
    client.force_login(admin_user)
    answer = client.post(reverse("admin:rtc_service_visitor_change", args=[visitor.pk]), {"_save": "1"})
    assert answer.status_code == 403


def test_the_host_may_still_delete_a_user_who_took_calls(client: Client, admin_user: Any, told: Call, bob: Any):
    client.force_login(admin_user)
    answer = client.post(reverse("admin:auth_user_delete", args=[bob.pk]), {"post": "yes"})
    assert answer.status_code == 302
    told.refresh_from_db()
    assert told.answered_by is None


def test_network_addresses_need_their_own_permission(office: Client, dora: Any, client: Client, make_user: Any):
    audit.record("token.replayed", address="203.0.113.9")
    url = reverse("admin:rtc_service_auditentry_changelist")
    assert "203.0.113.9" in office.get(url).content.decode()
    dora.groups.get().permissions.get(codename="view_address").group_set.clear()
    assert "203.0.113.9" not in office.get(url).content.decode()


def test_a_duty_that_was_given_up_is_tried_again(office: Client, told: Call, dora: Any):
    dead, done = Duty.objects.order_by("pk")[:2]
    Duty.objects.filter(pk=dead.pk).update(state=DutyState.DEAD, attempts=8, error="ValueError: no")
    Duty.objects.filter(pk=done.pk).update(state=DutyState.DONE)
    data = {"action": "try_again", "_selected_action": [dead.pk, done.pk]}
    answer = office.post(reverse("admin:rtc_service_duty_changelist"), data, follow=True)
    assert "1 duty is tried again." in answer.content.decode()
    dead.refresh_from_db()
    assert (dead.state, dead.attempts, dead.error) == (DutyState.OWED, 0, "")
    assert AuditEntry.objects.get(action="duty.again").user == dora


def test_an_agent_is_added_by_user_name(office: Client, bob: Any, dora: Any):
    url = reverse("admin:rtc_agents_agentprofile_add")
    wrong = office.post(url, {"username": "nobody", "active": "on"})
    assert "There is no active account of this name." in wrong.content.decode()
    office.post(url, {"username": "bob", "display_name": "Bob", "active": "on"})
    profile = AgentProfile.objects.get()
    assert (profile.user, profile.display_name) == (bob, "Bob")
    twice = office.post(url, {"username": "bob", "active": "on"})
    assert "This account is an agent already." in twice.content.decode()
    change = reverse("admin:rtc_agents_agentprofile_change", args=[profile.pk])
    office.post(change, {"display_name": "Robert"})
    profile.refresh_from_db()
    assert (profile.user, profile.display_name, profile.active) == (bob, "Robert", False)
    changed = AuditEntry.objects.get(action="admin.changed")
    assert (changed.user, changed.target) == (dora, f"rtc_agents.agentprofile:{profile.pk}")
    assert "Robert" not in str(changed.data)


def test_a_queues_slug_stays_as_calls_carry_it(office: Client):
    queue = Queue.objects.get()
    url = reverse("admin:rtc_agents_queue_change", args=[queue.pk])
    office.post(url, {"name": "Tea", "slug": "other", "active": "on", "ring_seconds": "25"})
    queue.refresh_from_db()
    assert (queue.name, queue.slug, queue.ring_seconds) == ("Tea", "main", 25.0)


@pytest.mark.parametrize(
    ("action", "state"), [("set_away", PresenceState.AWAY), ("set_offline", PresenceState.OFFLINE)]
)
def test_a_supervisor_sets_a_ready_agent_away_or_offline(office: Client, told: Call, bob: Any, action: str, state: str):
    row = Presence.objects.get(user=bob)
    answer = office.post(
        reverse("admin:rtc_agents_presence_changelist"), {"action": action, "_selected_action": [row.pk]}, follow=True
    )
    assert "1 agent was set." in answer.content.decode()
    row.refresh_from_db()
    assert (row.state, row.reason) == (state, "supervisor")
    assert AuditEntry.objects.get(action=f"presence.{state}").target == f"user:{bob.pk}"


def test_an_agent_in_a_call_stays_in_it(office: Client, told: Call, bob: Any):
    Presence.objects.filter(user=bob).update(state=PresenceState.BUSY)
    row = Presence.objects.get(user=bob)
    data = {"action": "set_offline", "_selected_action": [row.pk]}
    answer = office.post(reverse("admin:rtc_agents_presence_changelist"), data, follow=True)
    assert "is in a call or being rung and stays" in answer.content.decode()
    row.refresh_from_db()
    assert row.state == PresenceState.BUSY
