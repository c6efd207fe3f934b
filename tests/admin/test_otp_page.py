"""The second factor's page: enrol once, verify afterwards, backup codes, and what must not work."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from rtc_service.checks import second_factor as check_second_factor
from rtc_service.models import AuditEntry
from rtc_service.services import second_factor as service

pytestmark = pytest.mark.usefixtures("second_factor")
CALLS = "/admin/rtc_service/call/"


def page(**query: str) -> str:
    return reverse("rtc_service:otp", query=query or None)


def enrol(browser: Client, code_of: Callable[..., str]) -> list[str]:
    """Do what the page asks for; the backup codes that it shows."""
    browser.get(page())
    device = TOTPDevice.objects.get(confirmed=False)
    answer = browser.post(page(next=CALLS), {"code": code_of(device)})
    return re.findall(r"<li><code>([a-z2-7]{4} [a-z2-7]{4})</code>", answer.content.decode())


def test_enrolling_shows_a_code_to_scan_and_ten_backup_codes_and_opens_the_admin(
    office: Client, code_of: Callable[..., str]
):
    assert "Set up your authenticator app" in office.get(page()).content.decode()
    image = office.get(reverse("rtc_service:otp_qr"))
    assert image["Content-Type"] == "image/svg+xml" and image.content.startswith(b"<svg xmlns=")
    assert "no-store" in image["Cache-Control"]
    codes = enrol(office, code_of)
    assert len(set(codes)) == 10
    assert office.get(CALLS).status_code == 200
    assert {"otp.enrolled", "otp.backup_codes"} <= set(AuditEntry.objects.values_list("action", flat=True))


def test_the_backup_codes_are_shown_once(office: Client, code_of: Callable[..., str]):
    codes = enrol(office, code_of)
    assert not any(code in office.get(page()).content.decode() for code in codes)
    assert "10 backup codes are left" in office.get(page()).content.decode()


def test_a_wrong_code_enrols_nothing(office: Client, code_of: Callable[..., str]):
    office.get(page())
    device = TOTPDevice.objects.get()
    answer = office.post(page(), {"code": code_of(device, wrong=True)})
    assert answer.status_code == 422 and "This code is wrong" in answer.content.decode()
    assert not TOTPDevice.objects.filter(confirmed=True).exists()
    assert AuditEntry.objects.filter(action="otp.refused").count() == 1


def test_the_next_log_in_asks_for_a_code_and_returns_to_the_page(
    office: Client, dora: Any, make_app: Callable[[Any], TOTPDevice], code_of: Callable[..., str]
):
    device = make_app(dora)
    asked = office.get(CALLS, follow=True)
    html = asked.content.decode()
    assert 'autocomplete="one-time-code"' in html and "QR" not in html
    code = code_of(device)
    before = office.session.session_key
    answer = office.post(page(next=CALLS), {"code": f" {code[:3]} {code[3:]} "})
    assert (answer.status_code, answer["Location"]) == (302, CALLS)
    assert office.session.session_key != before  # more rights, new key
    assert office.get(CALLS).status_code == 200


def test_a_code_works_once(
    office: Client, dora: Any, make_app: Callable[[Any], TOTPDevice], code_of: Callable[..., str]
):
    code = code_of(make_app(dora))
    assert office.post(page(), {"code": code}).status_code == 302
    other = Client()
    other.force_login(dora)
    assert other.post(page(), {"code": code}).status_code == 422


def test_wrong_codes_are_slowed_down(
    office: Client, dora: Any, make_app: Callable[[Any], TOTPDevice], code_of: Callable[..., str]
):
    device = make_app(dora)
    for _ in range(2):
        answer = office.post(page(), {"code": code_of(device, wrong=True)})
    assert "Too many tries" in answer.content.decode()
    # Even the right one has to wait, so guessing does not pay.
    assert office.post(page(), {"code": code_of(device)}).status_code == 422


def test_a_backup_code_lets_in_once_and_says_how_many_are_left(office: Client, dora: Any, code_of: Callable[..., str]):
    code = enrol(office, code_of)[0].upper()
    other = Client()
    other.force_login(dora)
    answer = other.post(page(**{"with": "backup", "next": page()}), {"code": code}, follow=True)
    assert "9 backup codes are left" in answer.content.decode()
    assert other.get(CALLS).status_code == 200
    assert StaticToken.objects.count() == 9
    third = Client()
    third.force_login(dora)
    assert third.post(page(**{"with": "backup"}), {"code": code}).status_code == 422


def test_new_backup_codes_replace_the_old_ones(office: Client, code_of: Callable[..., str]):
    old = {code.replace(" ", "") for code in enrol(office, code_of)}
    office.post(reverse("rtc_service:otp_backup_codes"))
    now = set(StaticToken.objects.values_list("token", flat=True))
    assert len(now) == 10 and not old & now


def test_a_password_alone_makes_no_backup_codes(office: Client, dora: Any, make_app: Callable[[Any], TOTPDevice]):
    make_app(dora)
    office.post(reverse("rtc_service:otp_backup_codes"))
    assert not StaticToken.objects.exists()


def test_who_has_a_device_cannot_enrol_another_by_password(
    office: Client, dora: Any, make_app: Callable[[Any], TOTPDevice], code_of: Callable[..., str]
):
    office.get(page())  # a stolen password prepares a device of its own
    stolen = TOTPDevice.objects.get()
    make_app(dora)  # meanwhile dora enrols
    office.post(page(), {"code": code_of(stolen)})
    assert not TOTPDevice.objects.get(pk=stolen.pk).confirmed
    assert office.get(reverse("rtc_service:otp_qr")).status_code == 404
    assert office.get(CALLS).status_code == 302


def test_two_sessions_of_one_password_never_share_a_key(office: Client, dora: Any):
    office.get(page())
    first = TOTPDevice.objects.get()
    other = Client()
    other.force_login(dora)
    other.get(page())
    second = TOTPDevice.objects.get()
    assert first.key != second.key
    assert office.get(reverse("rtc_service:otp_qr")).status_code == 404


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_it_never_leads_to_another_site(
    office: Client, dora: Any, make_app: Callable[[Any], TOTPDevice], code_of: Callable[..., str], target: str
):
    answer = office.post(page(next=target), {"code": code_of(make_app(dora))})
    assert answer["Location"] == reverse("admin:index")


def test_strangers_are_sent_to_the_log_in(client: Client):
    for name in ("otp", "otp_qr", "otp_backup_codes"):
        assert client.get(reverse(f"rtc_service:{name}")).status_code == 302


def test_the_page_has_no_inline_script_or_style(office: Client):
    html = office.get(page()).content.decode()
    assert "<script" not in html and "style=" not in html and "<style" not in html


def test_the_emergency_command_removes_every_device_and_is_audited(
    office: Client, dora: Any, code_of: Callable[..., str], capsys: Any
):
    enrol(office, code_of)
    call_command("rtc_otp_reset", dora.username)
    assert "2 device(s)" in capsys.readouterr().out
    assert not service.has_device(dora)
    assert office.get(CALLS).status_code == 302  # the verified session is none any more
    assert AuditEntry.objects.get(action="otp.reset").target == f"user:{dora.pk}"


def test_the_emergency_command_knows_no_strangers(db: None):
    with pytest.raises(CommandError, match="There is no user"):
        call_command("rtc_otp_reset", "nobody")


def test_the_check_names_what_is_missing(settings: Any):
    assert check_second_factor() == []
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "otp" not in name]
    settings.INSTALLED_APPS = [name for name in settings.INSTALLED_APPS if "otp_static" not in name]
    (error,) = check_second_factor()
    assert error.id == "rtc_service.E009"
    assert "otp_static" in str(error.hint) and "OTPMiddleware" in str(error.hint)
