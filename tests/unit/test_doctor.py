"""rtc_doctor: each check finds what it is for, none hangs the others, and its exit code can be relied on."""

from __future__ import annotations

import io
import json
import threading
from collections import namedtuple
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test import override_settings

from rtc_service import clock, conf, crypto, registry
from rtc_service.doctor import (
    Finding,
    audit,
    beat,
    database,
    disk,
    examine,
    keys,
    layer,
    locales,
    migrations,
    ok,
    problem,
    project,
    static,
    stun,
    turn,
    warning,
)
from rtc_service.doctor.ice_url import parse
from rtc_service.models import Alert, AuditEntry, Heartbeat, Visitor
from rtc_service.services import audit as audits
from rtc_service.services import heartbeats, sealing, verdicts
from rtc_service.testing import later
from tests.harness.plugin import core

__all__ = ["core"]
OLD = ["old", "b2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2w="]
NEW = ["new_1", "bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmU="]
OTHER = ["new-1", "b3RoZXJvdGhlcm90aGVyb3RoZXJvdGhlcm90aGVyb3Q="]


def levels(findings: list[Finding]) -> list[str]:
    return [finding.level for finding in findings]


def run(*arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("rtc_doctor", *arguments, stdout=out, no_color=True)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`only(name=function)`: these are all the checks that there are."""

    def install(**checks: Callable[[], list[Finding]]) -> None:
        made = {name: registry.Health(function) for name, function in checks.items()}
        monkeypatch.setattr(examine.core, "checks", dict)
        monkeypatch.setattr(registry.get(), "healths", made)

    return install


# --- running ---


def test_problems_are_exit_code_1_and_warnings_are_not(only: Any) -> None:
    only(fine=lambda: [ok("Good.")], odd=lambda: [warning("Odd.", "Look.")])
    code, text = run()
    assert code == 0 and "warning odd: Odd.\n        Look." in text
    assert text.endswith("2 checks, 1 warnings, 0 problems.\n")
    only(fine=lambda: [ok("Good.")], bad=lambda: [problem("Bad.", "Mend.")])
    assert run()[0] == 1


def test_what_raises_is_a_problem_without_its_password(only: Any) -> None:
    def broken() -> list[Finding]:
        raise OperationalError("cannot connect to redis://:hunter2@shop.example:6379/0\nmore")

    only(broken=broken, fine=lambda: [ok("Good.")])
    code, text = run()
    assert code == 1 and "PROBLEM broken: OperationalError: cannot connect to redis://…@shop.example:6379/0" in text
    assert "hunter2" not in text and "ok      fine: Good." in text


def test_what_hangs_is_given_up_and_the_others_go_on(only: Any, core: Any) -> None:
    core(DOCTOR_SECONDS=0.2)
    forever = threading.Event()

    def hangs() -> list[Finding]:
        forever.wait()
        return []

    only(hangs=hangs, fine=lambda: [ok("Good.")])
    code, text = run()
    forever.set()
    assert code == 1 and "PROBLEM hangs: No answer within 0.2 s." in text and "fine: Good." in text


def test_only_some_and_as_json(only: Any) -> None:
    only(**{"a.one": lambda: [ok("1")], "a.two": lambda: [problem("2", "m")], "ab": lambda: [problem("3", "m")]})
    code, text = run("--only", "a.one", "--json")
    (result,) = json.loads(text)
    assert (code, result["check"]) == (0, "a.one")
    assert result["findings"] == [{"level": "ok", "text": "1", "hint": ""}]
    assert [item["check"] for item in json.loads(run("--only", "a", "--json")[1])] == ["a.one", "a.two"]
    with pytest.raises(CommandError, match="There is no check nothing"):
        run("--only", "nothing")


def test_leaves_add_checks_of_their_own() -> None:
    assert {"settings", "turn", "workers", "recordings.storage", "recordings.hook"} <= set(examine.known())


# --- the checks ---


@pytest.mark.django_db
def test_settings(settings: Any, core: Any) -> None:
    core(KEY_RNG=[])
    (first, *_more) = [item for item in project.check() if item.level == "problem"]
    assert first.text.startswith("rtc_service.E001") and "KEY_RING" in first.hint


@pytest.mark.django_db
def test_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    assert levels(migrations.check()) == ["ok"]
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.recorder import MigrationRecorder

    app, newest = MigrationLoader(connection).graph.leaf_nodes("rtc_service")[0]
    MigrationRecorder(connection).record_unapplied(app, newest)
    (found,) = migrations.check()
    assert found.level == "problem" and f"{app}.{newest}" in found.text


@pytest.mark.django_db
def test_a_good_database(settings: Any) -> None:
    assert levels(database.check()) == ["ok"]
    assert levels(database.clock_check()) == ["ok"]


@pytest.mark.django_db
def test_sqlite_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"PRAGMA journal_mode": "delete", "PRAGMA busy_timeout": 100}
    monkeypatch.setattr(database, "_ask", said.__getitem__)
    monkeypatch.setattr(database.settings, "DATABASES", {"default": {"ENGINE": "django.db.backends.sqlite3"}})
    assert levels(database._sqlite()) == ["problem", "problem", "warning"]


@pytest.mark.parametrize(
    ("version", "most", "used", "given", "found"),
    [
        (150_003, 100, 10, {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}, ["ok"]),
        (130_000, 100, 10, {}, ["problem"]),
        (150_003, 100, 10, {"CONN_MAX_AGE": 60}, ["warning"]),
        (150_003, 23, 10, {}, ["warning"]),
        (150_003, 23, 18, {}, ["problem"]),
    ],
)
def test_postgresql(
    monkeypatch: pytest.MonkeyPatch, version: int, most: int, used: int, given: dict[str, Any], found: list[str]
) -> None:
    answers = {"server_version_num": version, "max_connections": most, "superuser_reserved": 3, "pg_stat": used}
    monkeypatch.setattr(database, "_ask", lambda sql: next(v for word, v in answers.items() if word in sql))
    monkeypatch.setattr(database.settings, "DATABASES", {"default": given})
    assert levels(database._postgresql()) == found


@pytest.mark.parametrize(("off", "level"), [(0.0, "ok"), (2.0, "warning"), (-2.0, "warning"), (60.0, "problem")])
def test_a_database_with_another_clock(monkeypatch: pytest.MonkeyPatch, off: float, level: str) -> None:
    import time

    monkeypatch.setattr(database, "connection", namedtuple("Connection", "vendor")("postgresql"))
    monkeypatch.setattr(database, "_ask", lambda sql: time.time() + off)
    assert levels(database.clock_check()) == [level]


def test_the_channel_layer(settings: Any) -> None:
    memory = "channels.layers.InMemoryChannelLayer"
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": memory}}
    assert levels(layer.check()) == ["warning"]
    settings.CHANNEL_LAYERS = {}
    assert levels(layer.check()) == ["problem"]
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "tests.unit.no_such.Layer"}}
    assert levels(layer.check()) == ["problem"]


def test_a_layer_that_delivers_nothing(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from channels.layers import InMemoryChannelLayer

    async def lost(*_: Any) -> None: ...

    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    monkeypatch.setattr(InMemoryChannelLayer, "group_send", lost)
    monkeypatch.setattr(layer, "SECONDS", 0.3)
    (found,) = layer.check()
    assert found.level == "problem" and "delivers nothing" in found.text


@pytest.mark.django_db
def test_beat() -> None:
    assert levels(beat.check()) == ["problem"]
    heartbeats.beat()
    assert levels(beat.check()) == ["ok"]
    with later(120):
        assert levels(beat.check()) == ["problem"]


@pytest.mark.django_db
def test_a_beat_writes_seldom() -> None:
    heartbeats.beat()
    first = Heartbeat.objects.get().at
    heartbeats.beat()
    assert Heartbeat.objects.get().at == first
    with later(11):
        heartbeats.beat()
    assert Heartbeat.objects.get().at > first


# --- keys ---


@pytest.mark.django_db
def test_keys_that_open_everything(core: Any) -> None:
    core(KEY_RING=[OLD])
    Visitor.objects.create(name="Alice", guest_key="g1")
    core(KEY_RING=[NEW, OLD])
    Visitor.objects.create(name="Bob", guest_key="g2")
    (found,) = keys.check()
    assert (found.level, found.text) == ("ok", "2 keys, 2 in use; a value of each encrypted column opens.")


@pytest.mark.django_db
def test_a_key_that_nothing_needs_is_named(core: Any) -> None:
    core(KEY_RING=[NEW, OTHER, OLD])
    Visitor.objects.create(name="Bob", guest_key="g")
    texts = [found.text for found in keys.check()]
    # new-1 is like new_1 to LIKE, and the oldest makes the index of phone numbers.
    assert "Key new-1 is in no value any more and may leave the ring." in texts and len(texts) == 2


@pytest.mark.django_db
def test_a_key_that_is_missing(core: Any) -> None:
    core(KEY_RING=[OLD])
    Visitor.objects.create(name="Alice", guest_key="g1")
    core(KEY_RING=[NEW])
    Visitor.objects.create(name="Bob", guest_key="g2")
    (found,) = keys.check()
    assert found.level == "problem" and "rtc_service.visitor.name holds values under a key that is not" in found.text


@pytest.mark.django_db
def test_a_ring_with_another_key_of_the_same_name(core: Any) -> None:
    core(KEY_RING=[OLD])
    Visitor.objects.create(name="Alice", guest_key="g1")
    core(KEY_RING=[["old", NEW[1]]])
    (found,) = keys.check()
    assert found.level == "problem" and "cannot be read" in found.text


@pytest.mark.django_db
def test_a_ring_that_cannot_be_read(core: Any) -> None:
    core(KEY_RING=[["a", "no base64!"]])
    assert levels(keys.check()) == ["problem"]


def test_every_encrypted_column_is_looked_at() -> None:
    names = {f"{field.model._meta.label_lower}.{field.name}" for field in keys.columns()}
    assert {"rtc_service.visitor.phone", "rtc_service.call.context", "rtc_tickets.ticket.problem"} <= names
    assert crypto.key_ring()


# --- STUN and TURN (real servers: tests/services/test_doctor_live.py) ---


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("turn:turn.example", ("turn.example", 3478, "udp", False)),
        ("turn:turn.example:5000?transport=tcp", ("turn.example", 5000, "tcp", False)),
        ("turns:turn.example?transport=tcp", ("turn.example", 5349, "tcp", True)),
        ("stun:[2001:db8::1]:3479", ("2001:db8::1", 3479, "udp", False)),
    ],
)
def test_ice_urls(text: str, found: tuple[str, int, str, bool]) -> None:
    url = parse(text)
    assert (url.host, url.port, url.transport, url.tls) == found


@pytest.mark.parametrize(
    "text", ["turn.example", "http://x", "turn://x:1", "turn:x:99999", "turn:x?transport=sctp", ""]
)
def test_what_is_no_ice_url(text: str) -> None:
    with pytest.raises(ValueError, match="no URL|no such port"):
        parse(text)


def test_turn_that_is_not_set_up(core: Any) -> None:
    core(TURN_URLS=[])
    assert levels(turn.check()) == ["warning"]
    core(TURN_URLS=["turn:127.0.0.1"], TURN_SECRETS=[])
    assert levels(turn.check()) == ["problem"]
    core(TURN_URLS=["turn.example"], TURN_SECRETS=["x"], STUN_URLS=["stun.example"])
    assert levels(turn.check()) == levels(stun.check()) == ["problem"]


# --- files ---


def test_static_files(settings: Any) -> None:
    assert levels(static.check()) == ["ok"]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    assert levels(static.check()) == ["problem"]


def test_static_files_that_were_not_collected_anew(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "old.css").write_text("")
    settings.STATIC_ROOT = str(tmp_path)
    (found,) = static.check()
    assert found.level == "problem" and "collectstatic" in found.hint
    hashed = {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": hashed}
    assert levels(static.check()) == ["problem"]


@override_settings(TIME_ZONE="UTC")
def test_locale_data(settings: Any) -> None:
    assert levels(locales.check()) == ["ok"]
    settings.USE_I18N = False
    assert levels(locales.check()) == ["warning"]


@pytest.mark.parametrize(
    ("free", "total", "level"),
    [(50, 100, "ok"), (1, 100, "warning"), (0.1, 100, "problem"), (1, 5, "ok"), (3, 1_000, "ok")],
)
def test_disk_space(monkeypatch: pytest.MonkeyPatch, free: float, total: float, level: str) -> None:
    usage = namedtuple("Usage", "total used free")(total * disk.GIB, 0, free * disk.GIB)
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda path: usage)
    assert levels(list(disk.of({Path("/"): "tests"}))) == [level]


def test_a_folder_that_is_gone() -> None:
    assert levels(list(disk.of({Path("/no/such/folder"): "tests"}))) == ["problem"]


# --- the audit ---


@pytest.mark.django_db
def test_the_audit(core: Any, tmp_path: Path) -> None:
    core(AUDIT_ANCHOR_FILE=str(tmp_path / "anchors"))
    assert levels(audit.check()) == ["ok"], "nothing to seal yet"
    audits.record("test.done")
    with later(1_200):
        assert "are not sealed" in audit.check()[0].text
        sealing.run()
        assert "was verified never" in audit.check()[0].text
        verdicts.check()
        assert levels(audit.check()) == ["ok"]
    core(AUDIT_ANCHOR_FILE="")
    assert levels(audit.check()) == ["warning"]
    core(AUDIT_ANCHOR_FILE="/no/such/folder/file")
    assert levels(audit.check()) == ["problem"]
    Alert.objects.create(code="audit.broken", key="audit.broken", target="seal:5", raised=clock.now())
    assert audit.check()[0].text.startswith("The audit is broken at seal:5")
    assert clock.now() - timedelta(hours=1) < AuditEntry.objects.latest("pk").at
    assert conf.core().AUDIT_KEEP_DAYS is None
