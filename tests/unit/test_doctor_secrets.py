"""What `rtc_doctor` says ends up in tickets: no key and no password is in it, however the settings are mistaken."""

from __future__ import annotations

import base64
import os
from typing import Any
from urllib.parse import urlsplit

import pytest

from rtc_service.doctor import keys
from rtc_service.doctor.finding import said


def test_a_key_ring_with_id_and_key_swapped_shows_no_key(settings: Any) -> None:
    key = base64.b64encode(os.urandom(32)).decode()
    settings.RTC_SERVICE = {"core": {"KEY_RING": [["good", key], [key, "main"]]}}
    [finding] = keys.check()
    assert finding.level == "problem" and "Entry 2" in finding.text
    assert key not in str(finding)


@pytest.mark.parametrize(
    "url", ["redis://:secret@h:1/0", "amqp://u:secret@x@h//", "redis://:sec/ret@h:1", "wss://u:pass@h"]
)
def test_passwords_in_urls_are_left_out(url: str) -> None:
    password = url.split("://")[1].rpartition("@")[0].partition(":")[2]
    text = said(ValueError(f"cannot reach {url} now"))
    assert password not in text
    assert text.startswith("cannot reach ") and text.endswith(" now") and "@h" in text


def test_a_password_that_was_taken_for_a_port_is_left_out() -> None:
    with pytest.raises(ValueError, match="secret") as refused:
        _ = urlsplit("redis://:secret/rest@h:1/0").port
    assert "secret" not in said(refused.value)
