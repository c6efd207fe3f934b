"""What a host may set, and what it is told when it is wrong: by check id."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.core.checks import run_checks

from rtc_service import conf

KEY = base64.b64encode(b"k" * 32).decode()
REDIS = "channels_redis.pubsub.RedisPubSubChannelLayer"
SQLITE = {"ENGINE": "django.db.backends.sqlite3", "NAME": "x"}
GOOD_SQLITE = SQLITE | {"OPTIONS": {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL"}}


def ids(*, deploy: bool = False) -> list[str]:
    found = [str(message.id) for message in run_checks(include_deployment_checks=deploy)]
    return [id for id in found if id.startswith("rtc_service")]


def core(settings: Any, **changes: Any) -> None:
    settings.RTC_SERVICE = {"core": {"KEY_RING": [["k", KEY]], **changes}}


def test_a_good_host_has_nothing_to_mend(settings: Any) -> None:
    core(settings)
    assert ids() == []


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ({"core": {"TURN_URL": []}}, "Did you mean 'TURN_URLS'?"),
        ({"cor": {}}, "Did you mean 'core'?"),
        ({"agents": {"RING_SECOND": 5}}, "Did you mean 'RING_SECONDS'?"),
        ({"core": {"zzz": 1}}, "Known: "),
    ],
)
def test_an_unknown_name_is_an_error_with_a_suggestion(settings: Any, given: dict[str, Any], hint: str) -> None:
    settings.RTC_SERVICE = given
    (error,) = [message for message in run_checks() if message.id == "rtc_service.E001"]
    assert str(error.hint).startswith(hint)


def test_an_unknown_key_does_not_stop_the_rest(settings: Any) -> None:
    core(settings, TURN_URL=[], TURN_SECONDS=60)
    assert conf.core().TURN_SECONDS == 60


def test_settings_are_read_at_access(settings: Any) -> None:
    core(settings, HEARTBEAT=1.5)
    assert conf.core().HEARTBEAT == 1.5
    core(settings)
    assert conf.core().HEARTBEAT == 5.0


@pytest.mark.parametrize("entry", [["k", "short"], ["k"], ["a:b", KEY], ["k", base64.b64encode(b"x" * 16).decode()]])
def test_a_bad_key(settings: Any, entry: list[str]) -> None:
    settings.RTC_SERVICE = {"core": {"KEY_RING": [entry]}}
    assert "rtc_service.E002" in ids()


def test_no_key_ring(settings: Any) -> None:
    settings.RTC_SERVICE = {}
    assert ids() == ["rtc_service.W003"]


@pytest.mark.filterwarnings("ignore:Overriding setting DATABASES")
def test_sqlite_that_loses_races(settings: Any) -> None:
    core(settings)
    for database, found in ((SQLITE, ["rtc_service.E004"]), (GOOD_SQLITE, [])):
        settings.DATABASES = {"default": database}
        assert ids() == found


@pytest.mark.filterwarnings("ignore:Overriding setting DATABASES")
def test_atomic_requests(settings: Any) -> None:
    core(settings)
    settings.DATABASES = {"default": GOOD_SQLITE | {"ATOMIC_REQUESTS": True}}
    assert ids() == ["rtc_service.W005"]


@pytest.mark.parametrize(
    ("hosts", "found"),
    [
        (["redis://127.0.0.1"], ["rtc_service.E006"]),
        ([{"address": "redis://127.0.0.1"}], ["rtc_service.E006"]),
        ([{"address": "redis://127.0.0.1", "socket_timeout": None}], []),
    ],
)
def test_a_redis_layer_that_loses_its_connections(settings: Any, hosts: list[Any], found: list[str]) -> None:
    core(settings)
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": REDIS, "CONFIG": {"hosts": hosts}}}
    assert ids() == found


@pytest.mark.parametrize("origin", ["*", "shop.example", "https://*.shop.example", "https://shop.example/"])
def test_an_origin_that_is_none(settings: Any, origin: str) -> None:
    core(settings, ALLOWED_ORIGINS=[origin], TURN_URLS=["turn:x"], TURN_SECRETS=["s"])
    assert "rtc_service.E007" in ids(deploy=True)


def test_no_turn_server_in_production(settings: Any) -> None:
    core(settings)
    assert "rtc_service.W008" in ids(deploy=True)


def test_turn_without_closing_the_agents_network(settings: Any) -> None:
    core(settings, TURN_URLS=["turn:x"], TURN_SECRETS=["s"])
    assert ids(deploy=True) == ["rtc_service.W010"]
    core(settings, TURN_URLS=["turn:x"], TURN_SECRETS=["s"], PRIVATE_CANDIDATES=False)
    assert ids(deploy=True) == []


def test_turn_without_a_secret(settings: Any) -> None:
    core(settings, TURN_URLS=["turn:x"])
    assert ids() == ["rtc_service.E011"]


@pytest.mark.parametrize(
    "given", [{"STUN_URLS": ["turn:x"]}, {"STUN_URLS": ["x"]}, {"TURN_URLS": ["stun:x"], "TURN_SECRETS": ["s"]}]
)
def test_an_ice_url_that_is_none(settings: Any, given: dict[str, Any]) -> None:
    core(settings, **given)
    assert ids() == ["rtc_service.E012"]


def test_a_channel_layer_that_is_not_there(settings: Any) -> None:
    core(settings, CHANNEL_LAYER="other")
    assert ids() == ["rtc_service.E013"]


@pytest.mark.filterwarnings("ignore:Overriding setting DATABASES")
@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"CONN_MAX_AGE": 60}, ["rtc_service.W014"]),
        ({"CONN_MAX_AGE": None}, ["rtc_service.W014"]),
        ({"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}, []),
        ({}, []),
    ],
)
def test_connections_that_are_kept_unlooked_at(settings: Any, given: dict[str, Any], found: list[str]) -> None:
    core(settings)
    settings.DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "x"} | given}
    assert ids() == found


@pytest.mark.parametrize(
    "given",
    [{"AUDIT_KEEP_DAYS": 0}, {"AUDIT_SEAL_ENTRIES": 0}, {"AUDIT_SETTLE_SECONDS": -1}, {"AUDIT_LATE_SECONDS": 5}],
)
def test_numbers_of_the_audit_that_make_no_sense(settings: Any, given: dict[str, Any]) -> None:
    core(settings, **given)
    assert ids() == ["rtc_service.E015"]
