"""The second factor of staff: enrol an authenticator app, verify a code, backup codes, and the emergency reset.

Only imported where django-otp is installed. A password alone may enrol a first device and nothing else: whoever has a
confirmed device of any kind must verify it before another is added.
"""

from __future__ import annotations

import math
import re
from base64 import b32encode
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django_otp import device_classes, devices_for_user, user_has_device, verify_token
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from ..exceptions import NotYours
from . import audit

APP_NAME = "rtc authenticator"
BACKUP_NAME = "rtc backup codes"
BACKUP_CODES = 10


@dataclass(frozen=True)
class Verdict:
    """`device` accepted the code, or is None; then `wait` says how many seconds to stay away, 0 for a wrong code."""

    device: Device | None
    wait: int = 0


def normalise(code: str) -> str:
    """A code as people type and paste it ("123 456", "ABCD-EFGH") in the form that is stored."""
    return re.sub(r"[\s-]", "", code).lower()


def has_device(user: Any) -> bool:
    """Does the user have a confirmed device of any kind, ours or the host's?"""
    return bool(user_has_device(user))


def app_devices(user: Any) -> list[Device]:
    """The confirmed devices that can be asked for a code right away, the backup codes excluded."""
    return [
        device
        for device in devices_for_user(user)
        if not isinstance(device, StaticDevice) and not device.is_interactive()
    ]


def may_enrol(user: Any, *, verified: bool) -> bool:
    """The first device by password alone; a further one only with a verified session that has no app yet."""
    return not has_device(user) or (verified and not TOTPDevice.objects.filter(user=user, confirmed=True).exists())


def pending(user: Any, device_id: int | None) -> TOTPDevice:
    """The unconfirmed device of this session, made when there is none.

    It belongs to one session (the caller keeps its id), so that two people with one password never share a key.
    """
    device = TOTPDevice.objects.filter(pk=device_id, user=user, confirmed=False).first()
    if device is None:
        with transaction.atomic():
            TOTPDevice.objects.filter(user=user, confirmed=False, name=APP_NAME).delete()
            device = TOTPDevice.objects.create(user=user, name=APP_NAME, confirmed=False)
    return device


def setup_key(device: TOTPDevice) -> str:
    """The key for those who type it, in groups of four."""
    key = b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))


def setup_url(device: TOTPDevice, host: str) -> str:
    """What the QR image says. The app shows the host's name where OTP_TOTP_ISSUER is not set."""
    url: str = device.config_url
    if getattr(settings, "OTP_TOTP_ISSUER", None):
        return url
    issuer = quote(host.partition(":")[0])
    return url.replace("otpauth://totp/", f"otpauth://totp/{issuer}:", 1) + f"&issuer={issuer}"


def enrol(user: Any, device: TOTPDevice, code: str, *, verified: bool, address: str) -> Verdict:
    """Confirm the session's device by its first code. Raises NotYours when enrolling is not open to this session."""
    wait = _wait(device)
    if wait:
        return Verdict(None, wait)
    with transaction.atomic():
        # The user's row is the lock: of two sessions that enrol at once, the second finds a device.
        get_user_model()._default_manager.select_for_update().get(pk=user.pk)
        if not may_enrol(user, verified=verified):
            raise NotYours("this account has a second factor already")
        accepted = verify_token(user, device.persistent_id, normalise(code))
        if accepted is None:
            return _refused(user, address, device)
        TOTPDevice.objects.filter(pk=device.pk).update(confirmed=True)
        accepted.confirmed = True
        audit.record("otp.enrolled", user_id=user.pk, address=address, target=accepted.persistent_id)
    return Verdict(accepted)


def verify(user: Any, device_id: str, code: str, *, address: str) -> Verdict:
    """Try a code on one confirmed device of the user; django-otp slows repeated wrong ones down."""
    device = Device.from_persistent_id(device_id)
    if device is None or device.user_id != user.pk or not device.confirmed:
        raise NotYours("no such device of yours")
    wait = _wait(device)
    if wait:
        return Verdict(None, wait)
    accepted = verify_token(user, device_id, normalise(code))
    if accepted is None:
        return _refused(user, address, device)
    audit.record("otp.verified", user_id=user.pk, address=address, target=accepted.persistent_id)
    return Verdict(accepted)


def _refused(user: Any, address: str, device: Device) -> Verdict:
    audit.record("otp.refused", user_id=user.pk, address=address, target=device.persistent_id)
    return Verdict(None)


def _wait(device: Device) -> int:
    allowed, why = device.verify_is_allowed()
    if allowed:
        return 0
    until = (why or {}).get("locked_until")
    return max(1, math.ceil((until - timezone.now()).total_seconds())) if until else 1


def backup_device(user: Any) -> StaticDevice | None:
    """The user's backup codes, if there are any left."""
    return StaticDevice.objects.filter(user=user, confirmed=True, token_set__isnull=False).distinct().first()


def codes_left(user: Any) -> int:
    """How many backup codes have not been used."""
    left: int = StaticToken.objects.filter(device__user=user, device__confirmed=True).count()
    return left


def new_backup_codes(user: Any, *, address: str) -> list[str]:
    """Ten fresh codes, in place of all older ones; the caller shows them once."""
    with transaction.atomic():
        device, _ = StaticDevice.objects.get_or_create(user=user, name=BACKUP_NAME, defaults={"confirmed": True})
        device.token_set.all().delete()
        codes = [StaticToken.random_token() for _ in range(BACKUP_CODES)]
        StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
        audit.record("otp.backup_codes", user_id=user.pk, address=address)
    return codes


def reset(user: Any, *, by: str = "") -> int:
    """Remove every device of the user, of any kind: sessions verified by them are not verified any more."""
    with transaction.atomic():
        removed: int = 0
        for model in device_classes():
            rows = model.objects.filter(user=user)
            removed += len(rows)
            rows.delete()
        audit.record("otp.reset", actor=by[:64], target=f"user:{user.pk}", devices=removed)
    return removed
