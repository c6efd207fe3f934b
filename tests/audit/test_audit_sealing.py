"""Sealing, anchors, pruning: by anybody, any time, and nothing is changed behind their back."""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, transaction

from rtc_service.exceptions import AppendOnly
from rtc_service.models import Alert, AuditEntry, AuditSeal
from rtc_service.services import anchors, audit, pruning, sealing, verdicts
from rtc_service.services.verifying import Report
from rtc_service.testing import later
from tests.harness.audit_rows import sql, superuser
from tests.harness.threads import at_once

Sealed = Callable[..., None]
Verdict = Callable[..., Report]


def test_what_has_not_settled_is_left_for_the_next_seal(anchor_file: Path) -> None:
    audit.record("test.new")
    assert sealing.run() == 0
    with later(11):
        assert sealing.run() == 1
        assert sealing.run() == 0, "nothing is left, and no empty seal is made"
    assert AuditSeal.objects.count() == 1


def test_an_entry_that_commits_late_comes_into_a_later_seal(sealed: Sealed, verdict: Verdict) -> None:
    sealed(3)
    with later(25):
        late = audit.record("test.slow")  # five seconds older than the seal, and not in it
    with later(60):
        assert sealing.run() == 1
        late.refresh_from_db()
        assert late.seal is not None and late.seal.number == 2
        assert late.at < AuditSeal.objects.get(number=1).sealed
        assert verdict(anchors=True).fault is None


def test_many_entries_make_many_seals(core: Callable[..., None], verdict: Verdict, anchor_file: Path) -> None:
    core(AUDIT_SEAL_ENTRIES=4, AUDIT_ANCHOR_FILE=str(anchor_file))
    for _index in range(10):
        audit.record("test.done")
    with later(20):
        assert sealing.run() == 10
    assert list(AuditSeal.objects.order_by("number").values_list("count", flat=True)) == [4, 4, 2]
    assert verdict(anchors=True).fault is None


@pytest.mark.django_db(transaction=True)
def test_of_many_sealers_one_seals(core: Callable[..., None], tmp_path: Path) -> None:
    core(AUDIT_SEAL_ENTRIES=7, AUDIT_ANCHOR_FILE=str(tmp_path / "anchors"))
    for _index in range(50):
        audit.record("test.done")
    with later(20):
        results = at_once([sealing.run] * 6)
        assert not [result for result in results if isinstance(result, Exception)]
        sealing.run()
    assert AuditEntry.objects.filter(seal__isnull=True, action="test.done").count() == 0
    report = verdicts.check(str(tmp_path / "anchors"))
    assert (report.fault, report.entries) == (None, AuditEntry.objects.filter(seal__isnull=False).count())
    numbers = [anchor.number for anchor in anchors.read((tmp_path / "anchors").read_text().splitlines())]
    assert sorted(numbers) == list(range(1, AuditSeal.objects.count() + 1)), "each seal is anchored once"


# --- append-only ---


@pytest.mark.django_db
def test_python_refuses_to_change_or_delete() -> None:
    entry = audit.record("test.done")
    entry.action = "test.other"
    refused: list[Callable[[], Any]] = [
        entry.save,
        entry.delete,
        lambda: AuditEntry.objects.update(action="x"),
        lambda: AuditEntry.objects.filter(pk=entry.pk).delete(),
        lambda: AuditEntry.objects.bulk_update([entry], ["action"]),
        lambda: AuditEntry.objects.update_or_create(pk=entry.pk, defaults={"action": "x"}),
        lambda: AuditSeal.objects.update(digest="x"),
        lambda: AuditSeal.objects.all().delete(),
    ]
    for attempt in refused:
        with pytest.raises(AppendOnly):
            attempt()
    assert AuditEntry.objects.get(pk=entry.pk).action == "test.done"
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEntry(pk=entry.pk, at=entry.at, action="x").save()


def test_postgresql_refuses_too(sealed: Sealed) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no trigger (decision 0012)")
    sealed(3, 3)
    open_one = audit.record("test.open")
    attempts = [
        ("UPDATE rtc_service_auditentry SET action = 'x' WHERE id = %s", open_one.pk),
        ("DELETE FROM rtc_service_auditentry WHERE id = %s", open_one.pk),
        ("UPDATE rtc_service_auditentry SET data = '{}' WHERE id = %s", AuditEntry.objects.earliest("pk").pk),
        ("UPDATE rtc_service_auditentry SET seal_id = NULL WHERE place = %s", 1),
        ("DELETE FROM rtc_service_auditentry WHERE place = %s", 1),
        ("UPDATE rtc_service_auditseal SET digest = 'x' WHERE number = %s", 1),
        ("UPDATE rtc_service_auditseal SET number = number + %s", 5),
        ("DELETE FROM rtc_service_auditseal WHERE number = %s", 2),
    ]
    for statement, parameter in attempts:
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [parameter])


def test_deleting_a_user_leaves_the_chain_and_who_it_was(sealed: Sealed, verdict: Verdict, bob: Any) -> None:
    with later(-60):
        entry = audit.record("test.done", user_id=bob.pk)
    sealing.run()
    key = bob.pk
    bob.delete()
    entry.refresh_from_db()
    assert (entry.user, entry.actor) == (None, f"u:{key}")
    assert verdict(anchors=True).fault is None
    assert not get_user_model().objects.filter(pk=key).exists()


@pytest.mark.django_db
def test_a_user_is_always_the_actor_too(bob: Any) -> None:
    entry = audit.record("a", user_id=bob.pk, actor="shell")
    assert (entry.actor, entry.data) == (f"u:{bob.pk}", {"actor": "shell"})
    assert audit.record("a", actor="v:1").actor == "v:1"


@pytest.mark.django_db
def test_whoever_acts_is_written_down_where_no_request_is_known(bob: Any) -> None:
    with audit.acting(bob.pk, "203.0.113.9"):
        mine = audit.record("a")
        other = audit.record("a", actor="v:1")
    after = audit.record("a")
    assert (mine.user_id, mine.actor, mine.address) == (bob.pk, f"u:{bob.pk}", "203.0.113.9")
    assert (other.user_id, other.actor, after.actor) == (None, "v:1", "")


def test_entries_from_before_get_their_actor_by_the_migration(bob: Any) -> None:
    old, seat = audit.record("a", user_id=bob.pk), audit.record("a", actor="v:1")
    sql("UPDATE {E} SET actor = '' WHERE id = %s", old.pk)
    migration = import_module("rtc_service.migrations.0005_audit_chain")
    with superuser():
        migration.name_actors(apps, connection.schema_editor())
    assert [entry.actor for entry in AuditEntry.objects.filter(pk__in=[old.pk, seat.pk]).order_by("pk")] == [
        f"u:{bob.pk}",
        "v:1",
    ]


# --- anchors ---


def test_anchors_go_to_the_log_too(
    sealed: Sealed, verdict: Verdict, anchor_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "rtc_service.audit.anchor"):
        sealed(2, 2)
    said = [f"2026 host app: {record.getMessage()}" for record in caplog.records if record.name.endswith(".anchor")]
    assert list(anchors.read(said)) == list(anchors.read(anchor_file.read_text().splitlines()))
    assert len(said) == 2


def test_a_file_that_missed_seals_is_filled_up(sealed: Sealed, anchor_file: Path) -> None:
    sealed(2, 2)
    lines = anchor_file.read_text()
    anchor_file.write_text(lines.splitlines(keepends=True)[0] + "rtc-audit-anchor 2 20")  # the crash cut a line off
    sealed(2)
    assert [anchor.number for anchor in anchors.read(anchor_file.read_text().splitlines())] == [1, 2, 3]


def test_a_file_that_cannot_be_written_is_an_alert_until_it_can(
    core: Callable[..., None], sealed: Sealed, tmp_path: Path
) -> None:
    core(AUDIT_ANCHOR_FILE=str(tmp_path / "no" / "such" / "folder"))
    sealed(2)
    assert AuditSeal.objects.count() == 1, "sealed all the same"
    assert Alert.objects.get(code="audit.anchor_file").cleared is None
    core(AUDIT_ANCHOR_FILE=str(tmp_path / "anchors"))
    sealed(2)
    assert Alert.objects.get(code="audit.anchor_file").cleared is not None
    assert len((tmp_path / "anchors").read_text().splitlines()) == 2


def test_the_sealer_itself_notices_that_anchored_seals_are_gone(sealed: Sealed) -> None:
    sealed(2, 2)
    sql("DELETE FROM {E} WHERE seal_id IN (SELECT id FROM {S} WHERE number = 2)")
    sql("DELETE FROM {S} WHERE number = 2")
    sealed(2)
    assert Alert.objects.get(code="audit.broken").target == "seal:2"


# --- pruning ---


def test_old_seals_go_and_the_rest_is_whole(
    core: Callable[..., None], sealed: Sealed, verdict: Verdict, anchor_file: Path
) -> None:
    sealed(3, 3)
    core(AUDIT_KEEP_DAYS=30, AUDIT_ANCHOR_FILE=str(anchor_file))
    assert pruning.run() == 0, "nothing is old"
    with later(20 * 86_400):
        audit.record("test.young")
    with later(20 * 86_400 + 60):
        sealing.run()
    with later(40 * 86_400):
        assert pruning.run() == 6
        assert pruning.run() == 0
    with later(40 * 86_400 + 60):
        sealing.run()
        report = verdict(anchors=True)
    assert report.fault is None
    assert (report.first, report.last, report.entries) == (3, 4, 2)
    assert list(AuditSeal.objects.order_by("number").values_list("number", flat=True)) == [2, 3, 4]
    said = AuditEntry.objects.get(action="audit.pruned").data
    assert (said["up_to"], said["entries"]) == (2, 6)


def test_pruning_again_moves_on(core: Callable[..., None], sealed: Sealed, verdict: Verdict, anchor_file: Path) -> None:
    core(AUDIT_KEEP_DAYS=1, AUDIT_ANCHOR_FILE=str(anchor_file))
    sealed(2)
    for day in (3, 6, 9):
        with later(day * 86_400):
            audit.record("test.day")
        with later(day * 86_400 + 60):
            sealing.run()
            pruning.run()
            assert verdict(anchors=True).fault is None
    assert AuditSeal.objects.order_by("number").first().number == 3


def test_the_newest_seal_is_never_pruned(core: Callable[..., None], sealed: Sealed, verdict: Verdict) -> None:
    core(AUDIT_KEEP_DAYS=1)
    sealed(2, 2)
    with later(10 * 86_400):
        assert pruning.run() == 2
        assert AuditSeal.objects.order_by("-number").first().pruned is None
        assert verdict().fault is None


def test_without_a_limit_everything_is_kept(sealed: Sealed) -> None:
    sealed(2, 2)
    with later(10_000 * 86_400):
        assert pruning.run() == 0
    assert AuditEntry.objects.count() == 4


# --- what was found is written down ---


def test_verifying_is_an_entry_and_breaking_an_alert(sealed: Sealed, anchor_file: Path) -> None:
    sealed(3, 3)
    assert verdicts.verified_up_to() == 0
    assert verdicts.check().fault is None
    assert verdicts.verified_up_to() == 2
    sql("UPDATE {E} SET action = 'x' WHERE place = 2")
    assert verdicts.check().fault is not None
    assert AuditEntry.objects.get(action="audit.broken").data["kind"] == "edited"
    assert Alert.objects.get(code="audit.broken", cleared=None).target == "seal:1"
    assert verdicts.verified_up_to() == 2
