"""Whoever changes the audit with the database's password is found, and the first bad row is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from rtc_service import clock
from rtc_service.chain import FIELDS, SealDigest, canonical, entry_digest
from rtc_service.models import AuditEntry, AuditSeal
from rtc_service.services import audit, sealing
from rtc_service.services.verifying import Report
from rtc_service.testing import later
from tests.harness.audit_rows import sql

Sealed = Callable[..., None]
Verdict = Callable[..., Report]
Entry = Callable[[int, int], AuditEntry]
COPIED = "at, action, actor, address, call, target, data"


def test_an_untouched_audit_is_whole(sealed: Sealed, verdict: Verdict) -> None:
    sealed(4, 5, 6)
    audit.record("test.open")
    report = verdict(anchors=True)
    assert report.fault is None
    assert (report.first, report.last, report.entries, report.pending, report.anchors) == (1, 3, 15, 1, 3)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("action", "test.other"),
        ("actor", "u:99"),
        ("address", "198.51.100.1"),
        ("target", "row:99"),
        ("call", "0" * 32),
        ("data", json.dumps({"number": 99, "of": 4})),
        ("at", "2020-01-01 00:00:00+00:00"),
    ],
)
def test_an_edited_entry_is_named(sealed: Sealed, verdict: Verdict, entry: Entry, column: str, value: str) -> None:
    sealed(4, 4, 4)
    victim = entry(2, 3)
    cast = "CAST(%s AS jsonb)" if column == "data" and connection.vendor == "postgresql" else "%s"
    assert sql(f"UPDATE {{E}} SET {column} = {cast} WHERE id = %s", value, victim.pk) == 1  # noqa: S608
    assert verdict().fault[:3] == ("edited", 2, victim.pk)


def test_an_entry_that_was_given_to_another_user_is_named(
    sealed: Sealed, verdict: Verdict, bob: Any, dora: Any, core: Any
) -> None:
    with later(-100):
        mine = audit.record("test.mine", user_id=bob.pk)
    sealing.run()
    assert verdict().fault is None
    sql("UPDATE {E} SET user_id = %s WHERE id = %s", dora.pk, mine.pk)
    assert verdict().fault[:3] == ("edited", 1, mine.pk)


def test_an_entry_changed_with_its_own_digest_breaks_its_seal(sealed: Sealed, verdict: Verdict, entry: Entry) -> None:
    sealed(4, 4)
    victim = entry(2, 3)
    sql("UPDATE {E} SET action = 'test.other' WHERE id = %s", victim.pk)
    values = AuditEntry.objects.filter(pk=victim.pk).values_list(*FIELDS).get()
    sql("UPDATE {E} SET digest = %s WHERE id = %s", entry_digest(canonical(values, 3)), victim.pk)
    assert verdict().fault[:2] == ("seal", 2)


@pytest.mark.parametrize("place", [1, 2, 4])
def test_a_deleted_entry_is_named_by_its_place(sealed: Sealed, verdict: Verdict, entry: Entry, place: int) -> None:
    sealed(4, 4, 4)
    sql("DELETE FROM {E} WHERE id = %s", entry(2, place).pk)
    fault = verdict().fault
    assert fault[:3] == ("deleted", 2, None)
    assert f"place {place} of seal 2" in fault.text


def test_an_entry_put_into_a_seal_is_named(sealed: Sealed, verdict: Verdict, entry: Entry) -> None:
    sealed(4, 4)
    model = entry(1, 2)
    copy = f"INSERT INTO {{E}} ({COPIED}, seal_id, place, digest) SELECT {COPIED}, seal_id, 5, digest"  # noqa: S608
    sql(f"{copy} FROM {{E}} WHERE id = %s", model.pk)
    added = AuditEntry.objects.order_by("-pk").first()
    assert verdict().fault[:3] == ("inserted", 1, added.pk)


def test_an_entry_put_before_those_that_are_sealed_is_named_before_and_after_its_seal(
    sealed: Sealed, verdict: Verdict, entry: Entry
) -> None:
    sealed(4, 4, 4)
    model = entry(1, 2)
    copy = f"INSERT INTO {{E}} ({COPIED}, digest) SELECT {COPIED}, ''"  # noqa: S608
    sql(f"{copy} FROM {{E}} WHERE id = %s", model.pk)
    added = AuditEntry.objects.order_by("-pk").first()
    assert verdict().fault[:3] == ("inserted", 4, added.pk)
    assert sealing.run() == 1
    assert verdict().fault[:3] == ("clock", 4, added.pk)


def test_entries_that_changed_places_are_named(sealed: Sealed, verdict: Verdict, entry: Entry) -> None:
    sealed(4, 4)
    two, three = entry(2, 2), entry(2, 3)
    for pk, place in ((two.pk, 99), (three.pk, 2), (two.pk, 3)):
        sql("UPDATE {E} SET place = %s WHERE id = %s", place, pk)
    assert verdict().fault[:3] == ("edited", 2, three.pk)


def test_an_entry_moved_to_another_seal_leaves_a_gap(sealed: Sealed, verdict: Verdict, entry: Entry) -> None:
    sealed(4, 4)
    target = AuditSeal.objects.get(number=2)
    sql("UPDATE {E} SET seal_id = %s, place = 5 WHERE id = %s", target.pk, entry(1, 4).pk)
    assert verdict().fault[:2] == ("deleted", 1)


def test_seals_that_changed_places_are_named(sealed: Sealed, verdict: Verdict) -> None:
    sealed(4, 4, 4)
    for old, new in ((1, 99), (2, 1), (99, 2)):
        sql("UPDATE {S} SET number = %s WHERE number = %s", new, old)
    assert verdict().fault[1] == 1


def test_a_truncated_chain_is_whole_in_itself_and_the_anchors_tell(sealed: Sealed, verdict: Verdict) -> None:
    sealed(4, 4, 4, 4)
    sql("DELETE FROM {E} WHERE seal_id IN (SELECT id FROM {S} WHERE number > 2)")
    sql("DELETE FROM {S} WHERE number > 2")
    assert verdict().fault is None
    assert verdict(anchors=True).fault[:2] == ("truncated", 3)


def test_a_seal_cut_out_of_the_middle_is_named(sealed: Sealed, verdict: Verdict) -> None:
    sealed(4, 4, 4)
    sql("DELETE FROM {E} WHERE seal_id IN (SELECT id FROM {S} WHERE number = 2)")
    sql("DELETE FROM {S} WHERE number = 2")
    assert verdict().fault[:2] == ("missing_seal", 2)


def test_a_beginning_that_was_cut_off_is_named(sealed: Sealed, verdict: Verdict) -> None:
    sealed(4, 4, 4)
    sql("DELETE FROM {E} WHERE seal_id IN (SELECT id FROM {S} WHERE number < 3)")
    sql("DELETE FROM {S} WHERE number < 3")
    assert verdict().fault[:2] == ("missing_seal", 1)


def test_a_beginning_that_only_looks_pruned_is_named(sealed: Sealed, verdict: Verdict) -> None:
    sealed(4, 4, 4)
    sql("DELETE FROM {E} WHERE seal_id IN (SELECT id FROM {S} WHERE number < 3)")
    sql("DELETE FROM {S} WHERE number < 2")
    sql("UPDATE {S} SET pruned = sealed WHERE number = 2")
    assert verdict().fault[:2] == ("pruned", 2)


def test_a_forged_pruning_is_named_where_nothing_is_pruned(
    sealed: Sealed, verdict: Verdict, core: Callable[..., None]
) -> None:
    sealed(4, 4, 4)
    last = AuditSeal.objects.get(number=2)
    sql("UPDATE {S} SET pruned = sealed WHERE number = 2")
    sql("DELETE FROM {E} WHERE seal_id IN (SELECT id FROM {S} WHERE number < 3)")
    sql("DELETE FROM {S} WHERE number < 2")
    entry = audit.record("audit.pruned", up_to=2, digest=last.digest, entries=8)
    assert verdict(anchors=True).fault[:2] == ("pruned", 2)
    core(AUDIT_KEEP_DAYS=1)
    assert verdict(anchors=True).fault is None
    changed = "replace(CAST(data AS text), %s, %s)"
    cast = f"CAST({changed} AS jsonb)" if connection.vendor == "postgresql" else changed
    sql(f"UPDATE {{E}} SET data = {cast} WHERE id = %s", last.digest, "0" * 64, entry.pk)  # noqa: S608
    assert verdict().fault[:2] == ("pruned", 2), "an entry about another chain"


def forge(number: int) -> None:
    """Rewrite the chain from a seal on, with an entry of it changed, as well as our own code would."""
    seals = list(AuditSeal.objects.order_by("number"))
    previous = seals[number - 2].digest if number > 1 else "0" * 64
    sql("UPDATE {E} SET target = 'row:none' WHERE seal_id = %s AND place = 2", seals[number - 1].pk)
    for seal in seals[number - 1 :]:
        digest = SealDigest(previous, seal.number, seal.sealed)
        for place, values in enumerate(seal.entries.order_by("place").values_list(*FIELDS), 1):
            row = canonical(values, place)
            digest.add(row)
            sql("UPDATE {E} SET digest = %s WHERE id = %s", entry_digest(row), values[0])
        previous = digest.close(seal.last_entry)
        sql("UPDATE {S} SET digest = %s WHERE id = %s", previous, seal.pk)


@pytest.mark.parametrize("number", [1, 3])
def test_a_rewritten_chain_is_whole_in_itself_and_the_anchors_tell_from_where(
    sealed: Sealed, verdict: Verdict, number: int
) -> None:
    sealed(4, 4, 4, 4)
    forge(number)
    assert verdict().fault is None
    assert verdict(anchors=True).fault[:2] == ("fork", number)


def test_a_chain_that_went_on_after_it_was_cut_is_still_found_by_the_anchors(
    sealed: Sealed, verdict: Verdict, anchor_file: Path
) -> None:
    sealed(4, 4, 4)
    sql("DELETE FROM {E} WHERE seal_id IN (SELECT id FROM {S} WHERE number > 1)")
    sql("DELETE FROM {S} WHERE number > 1")
    sealed(2, 2, 2)
    assert verdict().fault is None
    assert verdict(anchors=True).fault[:2] == ("fork", 2)
    assert len(anchor_file.read_text().splitlines()) == 6, "what was anchored stays beside what came later"


def test_a_seal_whose_own_columns_changed_is_named(sealed: Sealed, verdict: Verdict) -> None:
    sealed(4, 4, 4)
    seal = AuditSeal.objects.get(number=2)
    sql("UPDATE {S} SET sealed = %s WHERE number = 2", seal.sealed + timedelta(seconds=1))
    assert verdict().fault[:2] == ("seal", 2)


def test_a_clock_that_was_rewound_is_named(sealed: Sealed, verdict: Verdict) -> None:
    sealed(4, 4)
    with later(-3_600):
        lie = audit.record("test.lie")
    with later(-3_500):
        assert sealing.run() == 1
    assert verdict().fault[:2] == ("clock", 3)
    assert lie.at < clock.now() - timedelta(minutes=50)


def test_a_seal_that_is_older_than_the_one_before_it_is_named(sealed: Sealed, verdict: Verdict) -> None:
    """The clock was set back by so little that the entries alone would pass for late ones."""
    sealed(4)
    with later(-55):
        audit.record("test.lie")
    with later(-40):
        assert sealing.run() == 1
    assert verdict().fault[:3] == ("clock", 2, None)


def test_an_entry_from_the_future_does_not_stay_open(sealed: Sealed, verdict: Verdict) -> None:
    sealed(4)
    with later(86_400):
        entry = audit.record("test.future")
    assert verdict().fault[:3] == ("clock", 2, entry.pk)
    assert sealing.run() == 1
    assert verdict().fault[:3] == ("clock", 2, entry.pk)


def test_an_entry_without_its_seal_is_named(sealed: Sealed, verdict: Verdict, entry: Entry) -> None:
    """Unsealed again to be edited: the gap tells."""
    sealed(4, 4)
    victim = entry(1, 3)
    sql("UPDATE {E} SET seal_id = NULL, place = NULL, digest = '' WHERE id = %s", victim.pk)
    assert verdict().fault[:2] == ("deleted", 1)


def test_verification_may_begin_later(sealed: Sealed, verdict: Verdict, entry: Entry) -> None:
    sealed(4, 4, 4)
    sql("UPDATE {E} SET action = 'x' WHERE id = %s", entry(1, 1).pk)
    assert verdict(since=1).fault[1] == 1
    report = verdict(since=2, anchors=True)
    assert (report.fault, report.first, report.entries) == (None, 2, 8)
