"""Every page of ours in the admin asks for the second factor, and nothing else of the host's admin changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import NoReverseMatch, reverse

from rtc_service.admin.base import OtpModelAdmin
from rtc_service.models import AuditEntry, Call, Visitor

from . import seeding

LABELS = ("rtc_service", "rtc_agents", "rtc_tickets", "rtc_commerce", "rtc_recordings")
ours = [model_admin for model, model_admin in admin.site._registry.items() if model._meta.app_label in LABELS]


def pages() -> Iterator[str]:
    """Every URL that our ModelAdmins have, custom ones too."""
    for model_admin in ours:
        for pattern in model_admin.urls:
            if pattern.name is None:  # the old redirect from "<id>/" to "<id>/change/"
                yield f"{reverse(f'admin:{model_admin.opts.app_label}_{model_admin.opts.model_name}_changelist')}1/"
                continue
            try:
                yield reverse(f"admin:{pattern.name}")
            except NoReverseMatch:
                yield reverse(f"admin:{pattern.name}", args=["1"])


def test_every_model_of_ours_in_the_admin_has_the_guard():
    assert len(ours) >= 12
    assert [model_admin for model_admin in ours if not isinstance(model_admin, OtpModelAdmin)] == []


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_password_alone_opens_no_page(office: Client, second_factor: None, method: str):
    found = list(pages())
    assert len(found) > 60
    for url in found:
        answer = getattr(office, method)(url)
        wanted = f"{reverse('rtc_service:otp')}?next={url}"
        assert (answer.status_code, answer.get("Location")) == (302, wanted), url


def test_a_post_by_password_alone_does_nothing(office: Client, second_factor: None, visitor: Visitor):
    call = seeding.waiting(visitor)
    office.post(reverse("admin:rtc_service_call_end", args=[call.pk]))
    office.post(reverse("admin:rtc_service_call_changelist"), {"action": "force_end", "_selected_action": [call.pk]})
    assert Call.objects.get().state == "waiting"
    assert not AuditEntry.objects.filter(action="call.forced").exists()


def test_with_the_second_factor_the_lists_open(
    office: Client, dora: Any, second_factor: None, verify: Callable[[Client, Any], None]
):
    verify(office, dora)
    for model_admin in ours:
        url = reverse(f"admin:{model_admin.opts.app_label}_{model_admin.opts.model_name}_changelist")
        assert office.get(url).status_code == 200, url


def test_autocomplete_gives_nothing_by_password_alone(client: Client, admin_user: Any, second_factor: None):
    client.force_login(admin_user)
    query = {"app_label": "rtc_service", "model_name": "call", "field_name": "visitor"}
    answer = client.get(reverse("admin:autocomplete"), query)
    assert answer.status_code == 403


def test_the_hosts_own_pages_stay_open(client: Client, admin_user: Any, second_factor: None):
    client.force_login(admin_user)
    assert client.get(reverse("admin:index")).status_code == 200
    assert client.get(reverse("admin:auth_user_changelist")).status_code == 200


def test_without_the_setting_a_password_is_enough(office: Client):
    assert office.get(reverse("admin:rtc_service_call_changelist")).status_code == 200


@pytest.mark.parametrize("who", [None, "bob", "charlie"])
def test_who_may_not_enter_the_admin_gets_the_log_in(
    client: Client, db: None, request: Any, second_factor: None, who: str | None
):
    if who:
        client.force_login(request.getfixturevalue(who))
    answer = client.get(reverse("admin:rtc_service_call_changelist"))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("admin:login"))


def test_without_the_middleware_nobody_is_verified(
    office: Client, dora: Any, second_factor: None, settings: Any, verify: Callable[[Client, Any], None]
):
    verify(office, dora)
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "otp" not in name]
    assert office.get(reverse("admin:rtc_service_call_changelist")).status_code == 302
