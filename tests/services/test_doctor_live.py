"""rtc_doctor against real servers: coturn, Redis, a broker with a worker, and our own signalling server."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from celery import current_app
from celery.contrib.testing.worker import start_worker

from rtc_service.doctor import broker, database, keys, layer, stun, turn, workers
from tests.browser.harness.turn import NoTurnServer, TurnServer, turn_server
from tests.services import stack

PUBSUB = "channels_redis.pubsub.RedisPubSubChannelLayer"
LISTS = "channels_redis.core.RedisChannelLayer"


def closed_port() -> int:
    return stack.free_port()


# --- coturn ---


@pytest.fixture(scope="module")
def coturn() -> Iterator[TurnServer]:
    try:
        with turn_server() as server:
            yield server
    except NoTurnServer:
        pytest.skip("coturn is not installed")


def test_an_allocation_over_udp_and_tcp(coturn: TurnServer, core: Callable[..., None]) -> None:
    core(TURN_URLS=coturn.urls("udp", "tcp"), TURN_SECRETS=[coturn.secret])
    said = [(found.level, found.text.endswith("relays from 127.0.0.1.")) for found in turn.check()]
    assert said == [("ok", True)] * 2


def test_the_allocation_is_given_back(coturn: TurnServer, core: Callable[..., None]) -> None:
    core(TURN_URLS=coturn.urls("udp"), TURN_SECRETS=[coturn.secret])
    before = coturn.log.read_text(errors="replace")
    assert turn.check()[0].level == "ok"
    said = coturn.log.read_text(errors="replace")[len(before) :]
    assert "rtc-doctor" in said
    assert "lifetime=0" in said or "delete" in said.lower()


def test_another_secret(coturn: TurnServer, core: Callable[..., None]) -> None:
    core(TURN_URLS=coturn.urls("udp", "tcp"), TURN_SECRETS=["not-coturns", coturn.secret])
    for found in turn.check():
        assert found.level == "problem" and "refuses our credential" in found.text
        assert "static-auth-secret" in found.hint


def test_a_certificate_that_browsers_would_refuse(coturn: TurnServer, core: Callable[..., None]) -> None:
    core(TURN_URLS=coturn.urls("tls"), TURN_SECRETS=[coturn.secret])
    (found,) = turn.check()
    assert found.level == "problem" and "certificate is refused" in found.text


def test_tls_with_a_certificate_that_is_trusted(
    coturn: TurnServer, core: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(coturn.log.with_name("turn.crt")))
    core(TURN_URLS=coturn.urls("tls"), TURN_SECRETS=[coturn.secret])
    assert [found.level for found in turn.check()] == ["ok"]


def test_nobody_listens(core: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn, "SECONDS", 1.0)
    monkeypatch.setattr(stun, "SECONDS", 1.0)
    port = closed_port()
    core(
        TURN_URLS=[f"turn:127.0.0.1:{port}?transport={way}" for way in ("udp", "tcp")],
        TURN_SECRETS=["x"],
        STUN_URLS=[f"stun:127.0.0.1:{port}"],
    )
    assert [found.level for found in [*turn.check(), *stun.check()]] == ["problem"] * 3


def test_a_server_that_says_nothing(core: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn, "SECONDS", 1.0)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        core(TURN_URLS=[f"turn:127.0.0.1:{silent.getsockname()[1]}?transport=tcp"], TURN_SECRETS=["x"])
        (found,) = turn.check()
    assert found.level == "problem" and "does not answer" in found.text


def test_stun_tells_our_address(coturn: TurnServer, core: Callable[..., None]) -> None:
    core(STUN_URLS=[f"stun:127.0.0.1:{coturn.port}"])
    (found,) = stun.check()
    assert (found.level, found.text) == ("ok", f"stun:127.0.0.1:{coturn.port} sees us at 127.0.0.1.")


# --- Redis ---


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    try:
        with stack.redis() as url:
            yield url
    except stack.NotInstalled as lacking:
        pytest.skip(str(lacking))


@pytest.mark.parametrize("backend", [PUBSUB, LISTS])
def test_a_layer_over_redis(redis_url: str, settings: Any, backend: str) -> None:
    config = {"hosts": [{"address": redis_url, "socket_timeout": None}], "prefix": "rtc"}
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": backend, "CONFIG": config}}
    for _again in range(2):
        (found,) = layer.check()
        assert (found.level, "came back in" in found.text) == ("ok", True)


def test_a_layer_whose_redis_is_gone(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    config = {"hosts": [{"address": f"redis://:hunter2@127.0.0.1:{closed_port()}/0", "socket_timeout": None}]}
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": PUBSUB, "CONFIG": config}}
    (found,) = layer.check()
    assert found.level == "problem" and "hunter2" not in found.text


# --- the broker and its workers ---


@pytest.fixture
def quiet_worker() -> Iterator[None]:
    for name in ("celery", "kombu"):
        logging.getLogger(name).setLevel(logging.ERROR)
    yield


def test_the_broker_of_this_stack() -> None:
    (found,) = broker.check()
    assert found.level == "ok", found.text


def test_a_broker_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"redis://:hunter2@127.0.0.1:{closed_port()}/0"
    app = current_app._get_current_object()
    monkeypatch.setattr(type(app), "connection_for_write", lambda self, **given: self.connection_for_read(url, **given))
    (found,) = broker.check()
    assert found.level == "problem" and "hunter2" not in found.text


@pytest.mark.django_db(transaction=True)
def test_the_queues_that_somebody_works_for_and_those_that_nobody_does(
    quiet_worker: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = current_app.conf.task_default_queue
    monkeypatch.setattr(workers, "queues", lambda: {queue: "duties", "rtc-nobody": "nothing"})
    monkeypatch.setattr(workers, "SECONDS", 4.0)
    app = current_app._get_current_object()
    with start_worker(app, pool="solo", perform_ping_check=False, queues=[queue], without_heartbeat=True):
        answered, silent = workers.check()
    assert answered.level == "ok" and f"A worker of queue {queue} answered in" in answered.text
    assert silent.level == "problem" and silent.text == "Nobody works for queue rtc-nobody (nothing)."


def test_the_queues_of_this_project() -> None:
    found = workers.queues()
    assert current_app.conf.task_default_queue in found
    assert {"recordings", "media"} <= set(found)


@pytest.mark.django_db(transaction=True)
def test_the_database_and_the_keys_of_this_stack() -> None:
    assert {found.level for found in [*database.check(), *database.clock_check()]} == {"ok"}
    assert {found.level for found in keys.check()} == {"ok"}
