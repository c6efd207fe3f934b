"""An anchor file that cannot be read: an alert, no verdict, nothing pruned, and the doctor says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from rtc_service.doctor import audit as doctor
from rtc_service.models import Alert, AuditEntry
from rtc_service.services import verdicts
from rtc_service.tasks import audit_day
from rtc_service.testing import later

from .test_audit_tampering import sql

Sealed = Callable[..., None]


@pytest.fixture
def unread(sealed: Sealed, anchor_file: Path) -> Path:
    """Two seals, and something in the place of the file: not even an administrator can read that."""
    sealed(3, 3)
    anchor_file.rename(anchor_file.with_suffix(".away"))
    anchor_file.mkdir()
    return anchor_file


def back(path: Path) -> None:
    path.rmdir()
    path.with_suffix(".away").rename(path)


def alerts() -> list[str]:
    return list(Alert.objects.filter(cleared__isnull=True).values_list("code", flat=True))


def test_it_is_an_alert_until_it_can_be_read(unread: Path) -> None:
    report = verdicts.check()
    assert (report.fault, report.unread, report.last, report.is_whole) == (None, "IsADirectoryError", 2, False)
    verdicts.check()
    (alert,) = Alert.objects.all()
    assert (alert.code, alert.data) == ("audit.anchor_file", {"error": "IsADirectoryError"})
    assert not AuditEntry.objects.filter(action="audit.verified").exists(), "that it looks whole says nothing"
    assert AuditEntry.objects.filter(action="audit.unread").latest("pk").data["error"] == "IsADirectoryError"
    back(unread)
    assert verdicts.check().is_whole and alerts() == []


def test_a_file_that_was_taken_away_is_one_that_cannot_be_read(sealed: Sealed, anchor_file: Path) -> None:
    sealed(3)
    anchor_file.unlink()
    assert verdicts.check().unread == "FileNotFoundError" and alerts() == ["audit.anchor_file"]


def test_what_is_broken_without_the_anchors_is_broken_all_the_same(unread: Path) -> None:
    sql("UPDATE {E} SET action = 'x' WHERE place = 2")
    report = verdicts.check()
    assert report.fault is not None and report.fault.kind == "edited"
    assert sorted(alerts()) == ["audit.anchor_file", "audit.broken"]


def test_an_alert_about_a_broken_chain_is_not_lost_with_the_file(unread: Path) -> None:
    """Else who has cut the chain off would take the file away too."""
    Alert.objects.create(code="audit.broken", key="audit.broken", raised=AuditEntry.objects.latest("pk").at)
    verdicts.check()
    assert "audit.broken" in alerts()


def test_nothing_is_pruned(unread: Path, core: Callable[..., None]) -> None:
    core(AUDIT_KEEP_DAYS=1)
    before = AuditEntry.objects.filter(action="test.done").count()
    with later(10 * 86_400):
        audit_day()
        with pytest.raises(CommandError, match="anchors cannot be read"):
            call_command("rtc_audit_prune")
        assert AuditEntry.objects.filter(action="test.done").count() == before
        back(unread)
        audit_day()
        assert AuditEntry.objects.filter(action="test.done").count() < before


def test_the_command_says_2(unread: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError, match="anchors cannot be read") as refused:
        call_command("rtc_audit_verify", "--json")
    assert refused.value.returncode == 2
    assert json.loads(capsys.readouterr().out)["unread"] == "IsADirectoryError"
    with pytest.raises(CommandError) as named:
        call_command("rtc_audit_verify", "--anchor", str(unread))
    assert named.value.returncode == 2


def test_the_doctor_says_so(unread: Path) -> None:
    def said() -> list[str]:
        return [found.text for found in doctor.check() if found.level == "problem"]

    assert said() == ["The audit's anchor file cannot be read: IsADirectoryError."]
    verdicts.check()
    assert len(said()) == 1
    back(unread)
    (text,) = said()  # from here it can be read, and where the audit is verified it could not
    assert "could not be read or written where the audit is kept" in text and "IsADirectoryError" in text
    verdicts.check()
    assert said() == []


def test_a_file_that_breaks_in_the_midst_of_reading(
    sealed: Sealed, anchor_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed(3, 3)

    def breaks(lines: Any) -> Any:
        yield from ()
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(verdicts, "read", breaks)
    report = verdicts.check()
    assert (report.unread, report.last) == ("OSError", 2) and alerts() == ["audit.anchor_file"]
