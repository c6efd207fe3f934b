"""What rtc_doctor says of recordings, with what is broken on purpose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from recordings import health
from recordings.capture import selftest
from recordings.capture.errors import HookBroken
from rtc_service import tokens
from tests.recordings import keeping, processes
from tests.services import stack


def levels(findings: list[Any]) -> list[str]:
    return [finding.level for finding in findings]


@pytest.fixture
def on(core: Callable[..., None]) -> Callable[..., None]:
    """Recordings are switched on."""

    def switch(url: str = "ws://127.0.0.1:1/ws/rtc/", **more: Any) -> None:
        core("recordings", SIGNALLING_URL=url, **more)

    return switch


@pytest.fixture
def place(settings: Any, tmp_path: Any) -> Any:
    backend = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path / "kept")},
    }
    settings.STORAGES = settings.STORAGES | {"rtc_recordings": backend}
    return tmp_path / "kept"


def test_nothing_is_recorded_here(core: Callable[..., None]) -> None:
    core("recordings", SIGNALLING_URL="")
    assert levels(health.signalling()) == ["warning"]
    assert levels(health.storage()) == ["ok"]


def test_a_storage_that_works_and_one_that_does_not(on: Callable[..., None], place: Any) -> None:
    on()
    assert levels(health.storage()) == ["ok"]
    assert not [path for path in place.rglob("*") if path.is_file()], "the probe is gone"
    place.rmdir()
    place.write_text("a file where the folder should be")
    assert levels(health.storage()) == ["problem"]


def test_no_storage_at_all(on: Callable[..., None], settings: Any) -> None:
    on()
    settings.STORAGES = {name: value for name, value in settings.STORAGES.items() if name != "rtc_recordings"}
    assert levels(health.storage()) == ["problem"]
    assert health.disk() == []


def test_room_where_the_folder_will_be(place: Any) -> None:
    assert len(health.disk()) == 1 and health.disk()[0].text.endswith("for recordings.")


def test_the_hook(monkeypatch: pytest.MonkeyPatch) -> None:
    assert levels(health.hook()) == ["ok"]

    def broken() -> None:
        raise HookBroken("no frames")

    monkeypatch.setattr(selftest, "self_test", broken)
    (found,) = health.hook()
    assert found.level == "problem" and "no frames" in found.text


def test_an_address_that_is_none(on: Callable[..., None]) -> None:
    on("http://127.0.0.1/ws/rtc/")
    (found,) = health.signalling()
    assert found.level == "problem" and "is no ws:// or wss:// address" in found.text


def test_nobody_at_the_address(on: Callable[..., None]) -> None:
    on(f"ws://127.0.0.1:{stack.free_port()}/ws/rtc/")
    (found,) = health.signalling()
    assert found.level == "problem" and "is not reached" in found.text


@pytest.mark.django_db(transaction=True)
def test_a_real_server_reads_our_tokens_and_not_those_of_others(
    on: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    port, dump = stack.free_port(), tokens._dump
    with processes.server(port) as url:
        on(url)
        assert levels(health.signalling()) == ["ok"]
        read = tokens.read_hello
        monkeypatch.setattr(tokens, "_dump", lambda kind, claims: dump(kind, claims) + "x")
        monkeypatch.setattr(tokens, "read_hello", lambda token: read(token.removesuffix("x")))
        (found,) = health.signalling()
    assert found.level == "problem" and "does not read our tokens" in found.text


@pytest.mark.django_db
def test_keys_of_recordings(place: Any, core: Callable[..., None]) -> None:
    (found,) = health.key_ring()
    assert (found.level, found.text) == ("ok", "Recordings are under 0 keys, and each opens.")
    row = keeping.finished().files.get()
    (found,) = health.key_ring()
    assert (found.level, found.text) == ("ok", "Recordings are under 1 keys, and each opens.")
    core("recordings", KEY_RING=[["other", "b3RoZXJvdGhlcm90aGVyb3RoZXJvdGhlcm90aGVyb3Q="]])
    (found,) = health.key_ring()
    assert found.level == "problem" and f"Key {row.key_id} opens no recording any more" in found.text
