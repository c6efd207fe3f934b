"""Alerts in the admin: told in words, found by state and kind, cleared by hand by who may, under audit."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from rtc_service.models import Alert, AuditEntry, Call, Visitor
from rtc_service.services import alerts

from . import seeding

LIST = "admin:rtc_service_alert_changelist"


@pytest.fixture
def call(visitor: Visitor) -> Call:
    return seeding.unanswered(visitor, ago=500)


@pytest.fixture
def sound(call: Call) -> Alert:
    alerts.raise_("recordings.no_sound", call=call, target="one", retries=3)
    return Alert.objects.get(code="recordings.no_sound")


@pytest.fixture
def over(db: None) -> Alert:
    alerts.raise_("audit.clock", target="seal:4")
    alerts.clear("audit.clock", target="seal:4")
    return Alert.objects.get(code="audit.clock")


def shown(office: Client, **query: str) -> list[str]:
    answer = office.get(reverse(LIST), query)
    assert answer.status_code == 200
    return [alert.code for alert in answer.context["cl"].result_list]


def clear(client: Client, *rows: Alert) -> Any:
    data = {"action": "clear_by_hand", "_selected_action": [alert.pk for alert in rows]}
    return client.post(reverse(LIST), data, follow=True)


def test_alerts_are_told_in_words_and_found(office: Client, call: Call, sound: Alert, over: Alert):
    html = office.get(reverse(LIST)).content.decode()
    assert "The recorder got no sound" in html and "The clock ran backwards" in html
    assert shown(office) == ["audit.clock", "recordings.no_sound"]
    assert shown(office, open="yes") == ["recordings.no_sound"]
    assert shown(office, open="no") == ["audit.clock"]
    assert shown(office, code="audit.clock") == ["audit.clock"]
    assert shown(office, q=str(call.uuid)[:8]) == ["recordings.no_sound"]


def test_the_page_of_an_alert_has_its_details_and_the_way_to_the_call(office: Client, call: Call, sound: Alert):
    html = office.get(reverse("admin:rtc_service_alert_change", args=[sound.pk])).content.decode()
    assert "retries" in html and reverse("admin:rtc_service_call_change", args=[call.pk]) in html


def test_a_supervisor_clears_what_is_open_once(office: Client, dora: Any, call: Call, sound: Alert, over: Alert):
    before = over.cleared
    assert "1 alert was cleared." in clear(office, sound, over).content.decode()
    sound.refresh_from_db()
    over.refresh_from_db()
    assert sound.cleared is not None and over.cleared == before
    entry = AuditEntry.objects.get(action="alert.cleared")
    assert (entry.user, entry.call, entry.target) == (dora, call.uuid, f"alert:{sound.pk}")
    assert entry.data == {"code": "recordings.no_sound", "about": "one"}
    assert not alerts.dismiss(sound, user_id=dora.pk)


def test_what_still_goes_on_is_raised_again(office: Client, call: Call, sound: Alert):
    assert not alerts.raise_("recordings.no_sound", call=call, target="one")
    clear(office, sound)
    assert alerts.raise_("recordings.no_sound", call=call, target="one")
    assert shown(office, open="yes") == ["recordings.no_sound"]


def test_who_may_only_look_clears_nothing(client: Client, make_user: Any, sound: Alert):
    viewer = make_user("victor", staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_alert"))
    client.force_login(viewer)
    assert client.get(reverse(LIST)).status_code == 200
    clear(client, sound)
    sound.refresh_from_db()
    assert sound.cleared is None
    assert not AuditEntry.objects.filter(action="alert.cleared").exists()


def test_a_stranger_sees_no_alert(client: Client, charlie: Any, sound: Alert):
    client.force_login(charlie)
    assert client.get(reverse(LIST)).status_code == 302
