"""`rtc_audit_verify` and its companions, as an operator's script sees them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from rtc_service.models import AuditEntry
from rtc_service.testing import later
from tests.harness.audit_rows import sql


def run(*arguments: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    code = 0
    try:
        call_command("rtc_audit_verify", *arguments, stdout=out, stderr=err)
    except SystemExit as end:
        code = int(end.code or 0)
    return code, out.getvalue(), err.getvalue()


def test_whole_is_zero(sealed: Callable[..., None], anchor_file: Path) -> None:
    sealed(3, 3)
    code, out, err = run()
    assert (code, err) == (0, "")
    assert "whole: seals 1 to 2, 6 entries, 0 not sealed yet, 2 anchors" in out


def test_broken_is_one_and_names_the_row(sealed: Callable[..., None]) -> None:
    sealed(3, 3)
    victim = AuditEntry.objects.get(seal__number=2, place=2)
    sql("UPDATE {E} SET action = 'x' WHERE id = %s", victim.pk)
    code, _out, err = run()
    assert code == 1 and f"edited: entry {victim.pk} (place 2 of seal 2)" in err
    code, out, _err = run("--json", "--no-record")
    assert json.loads(out)["fault"]["entry"] == victim.pk
    assert AuditEntry.objects.filter(action="audit.broken").count() == 1


def test_a_log_serves_as_anchors(sealed: Callable[..., None], anchor_file: Path, tmp_path: Path, core: Any) -> None:
    sealed(2, 2, 2)
    log = tmp_path / "syslog"
    log.write_text("".join(f"Nov 22 host app[1]: INFO {line}\n" for line in anchor_file.read_text().splitlines()))
    core(AUDIT_ANCHOR_FILE="")
    sql("DELETE FROM {E} WHERE seal_id IN (SELECT id FROM {S} WHERE number = 3)")
    sql("DELETE FROM {S} WHERE number = 3")
    code, out, _err = run()
    assert code == 0 and "would not be noticed" in out
    code, _out, err = run("--anchor", str(log))
    assert code == 1 and "truncated: the chain was cut off: seal 3" in err


def test_anchors_that_cannot_be_read_are_no_verdict(sealed: Callable[..., None]) -> None:
    sealed(1)
    with pytest.raises(CommandError, match="cannot be read") as error:
        call_command("rtc_audit_verify", "--anchor", "/no/such/file")
    assert error.value.returncode == 2


def test_an_anchor_file_that_is_gone_is_no_clean_bill(sealed: Callable[..., None], anchor_file: Path) -> None:
    sealed(1)
    anchor_file.unlink()
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("rtc_audit_verify")


def test_an_empty_audit_is_whole(anchor_file: Path) -> None:
    assert run()[0] == 0


def test_sealing_and_pruning_by_hand(sealed: Callable[..., None], core: Any, anchor_file: Path) -> None:
    out = io.StringIO()
    call_command("rtc_audit_seal", stdout=out)
    assert "0 entries sealed" in out.getvalue()
    call_command("rtc_audit_prune", stdout=out)
    assert "everything is kept" in out.getvalue()
    sealed(2, 2)
    core(AUDIT_KEEP_DAYS=1)
    with later(86_400 * 5):
        call_command("rtc_audit_prune", stdout=out)
    assert "2 entries removed" in out.getvalue()


def test_a_broken_audit_is_not_pruned(sealed: Callable[..., None], core: Any, anchor_file: Path) -> None:
    sealed(2, 2)
    core(AUDIT_KEEP_DAYS=1)
    sql("UPDATE {E} SET action = 'x' WHERE place = 1")
    with later(86_400 * 5), pytest.raises(CommandError, match="nothing was removed"):
        call_command("rtc_audit_prune")
    assert AuditEntry.objects.filter(action="x").count() == 2
