"""The office: dora supervises in the admin; bob is an agent with no business there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from rtc_service.models import Visitor
from rtc_service.services import visitors


@pytest.fixture
def office(client: Client, dora: Any) -> Client:
    """Dora's browser, logged in by password."""
    client.force_login(dora)
    return client


@pytest.fixture
def visitor(alice: Any) -> Visitor:
    return visitors.for_user(alice.pk, name="Alice Liddell")


@pytest.fixture
def second_factor(settings: Any) -> None:
    """The admin asks for one."""
    settings.RTC_SERVICE = settings.RTC_SERVICE | {"core": settings.RTC_SERVICE["core"] | {"ADMIN_REQUIRES_OTP": True}}


@pytest.fixture
def make_app() -> Callable[[Any], TOTPDevice]:
    """`make_app(dora)` → her confirmed authenticator app."""

    def make(user: Any) -> TOTPDevice:
        return TOTPDevice.objects.create(user=user, name="app", confirmed=True)

    return make


@pytest.fixture
def code_of() -> Callable[..., str]:
    """What the app shows now; `wrong` makes one that it does not show."""

    def code(device: TOTPDevice, *, wrong: bool = False) -> str:
        shown = totp(device.bin_key)
        return f"{(shown + 500_000) % 1_000_000 if wrong else shown:06}"

    return code


@pytest.fixture
def verify(make_app: Callable[[Any], TOTPDevice]) -> Callable[[Client, Any], None]:
    """Make a browser's session a verified one, as the page would."""

    def do(client: Client, user: Any) -> None:
        session = client.session
        session[DEVICE_ID_SESSION_KEY] = make_app(user).persistent_id
        session.save()

    return do
