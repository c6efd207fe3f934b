"""A new key in the ring: keys of files move under it, files stay as they are; and what lies there can be proven."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from recordings.models import Recording, RecordingFile, RecordingState, Segment
from recordings.services import rotation
from recordings.vault import keys, store
from recordings.vault.errors import KeyMissing

from .keeping import add_segment, ended_call, finished

OLD = ["old", base64.b64encode(b"o" * 32).decode()]
NEW = ["new", base64.b64encode(b"n" * 32).decode()]


@pytest.fixture(autouse=True)
def old_ring(db: None, settings: Any, tmp_path: Path) -> None:
    use(settings, OLD)
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "rtc_recordings": storage}


def use(settings: Any, *ring: list[str]) -> None:
    settings.RTC_SERVICE = {**settings.RTC_SERVICE, "recordings": {"KEY_RING": list(ring)}}


def rows() -> list[RecordingFile | Segment]:
    return [*RecordingFile.objects.order_by("pk"), *Segment.objects.order_by("pk")]


def bytes_on_disk(tmp_path: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}


def test_all_keys_move_and_no_file_does(
    settings: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "BATCH", 2)
    for state in (RecordingState.READY,) * 3 + (RecordingState.FAILED,) * 2:
        finished(state=state)
    RecordingFile.objects.filter(pk=rows()[0].pk).update(wrapped_key="")  # shredded: there is nothing to move
    before, plain = bytes_on_disk(tmp_path), {row.name: store.open_reader(row).read() for row in rows()[1:]}
    use(settings, NEW, OLD)
    call_command("rtc_recordings_rotate")
    assert "4 key(s) are under 'new' now.\n  new: 4 file(s)\n" in capsys.readouterr().out
    use(settings, NEW)
    assert {row.name: store.open_reader(row).read() for row in rows()[1:]} == plain
    assert bytes_on_disk(tmp_path) == before
    assert rows()[0].wrapped_key == ""
    call_command("rtc_recordings_rotate")
    assert "0 key(s)" in capsys.readouterr().out


def test_an_interrupted_run_is_started_again(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "BATCH", 1)
    for _ in range(3):
        finished()
    use(settings, NEW, OLD)
    real, seen = keys.rewrap, []

    def killed(row: Any) -> bool:
        seen.append(row)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return real(row)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(keys, "rewrap", killed)
        rotation.rotate()
    assert sorted(row.key_id for row in rows()) == ["new", "old", "old"]
    assert rotation.rotate().rewrapped == 2


def test_a_key_that_is_shredded_meanwhile_does_not_come_back(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    finished()
    use(settings, NEW, OLD)
    real = keys.rewrap

    def late(row: Any) -> bool:
        RecordingFile.objects.update(wrapped_key="")
        return real(row)

    monkeypatch.setattr(keys, "rewrap", late)
    assert rotation.rotate().rewrapped == 0
    assert rows()[0].wrapped_key == ""


def test_a_key_that_cannot_be_read_is_named_and_stops_nothing(
    settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    use(settings, ["lost", NEW[1]])
    lost = finished().files.get()
    use(settings, OLD)
    finished()
    use(settings, NEW, OLD)
    with pytest.raises(CommandError, match="1 key"):
        call_command("rtc_recordings_rotate")
    told = capsys.readouterr()
    assert f"{lost.name}: key_missing" in told.err
    assert "1 key(s) are under 'new'" in told.out and "lost: 1 file(s)" in told.out


def test_without_rotation_an_old_key_may_not_leave(settings: Any) -> None:
    """The test of the tests above: taking the old key away does matter."""
    finished()
    use(settings, NEW)
    with pytest.raises(KeyMissing):
        store.open_reader(rows()[0])


# --- rtc_recordings_verify


def verify(capsys: pytest.CaptureFixture[str], *args: str) -> dict[str, str]:
    """File name -> problem."""
    try:
        call_command("rtc_recordings_verify", *args)
    except CommandError as error:
        assert "not what was recorded" in str(error)
        assert error.returncode == 1
        failed = True
    else:
        failed = False
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines() if "\t" in line]
    assert failed == any(line[0] != "ok" for line in lines)
    return {line[2]: line[0] for line in lines}


def test_every_file_is_read_and_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, flipped, cut, gone, other = (finished().files.get() for _ in range(5))
    finished(state=RecordingState.DELETED)
    assert set(verify(capsys).values()) == {"ok"}
    data = bytearray((tmp_path / flipped.name).read_bytes())
    data[100_000] ^= 1
    (tmp_path / flipped.name).write_bytes(data)
    (tmp_path / cut.name).write_bytes((tmp_path / cut.name).read_bytes()[:-1])
    (tmp_path / gone.name).unlink()
    RecordingFile.objects.filter(pk=other.pk).update(sha256="0" * 64)
    found = {good.name: "ok", flipped.name: "changed", cut.name: "truncated", gone.name: "file_missing"}
    assert verify(capsys) == {**found, other.name: "sha256"}
    RecordingFile.objects.filter(pk=other.pk).update(size=1)
    assert verify(capsys, str(other.recording.uuid)) == {other.name: "size"}
    with pytest.raises(CommandError, match="There is no recording"):
        call_command("rtc_recordings_verify", "00000000-0000-0000-0000-000000000000")


def test_segments_after_a_kill_and_those_being_written(capsys: pytest.CaptureFixture[str]) -> None:
    failed = finished(state=RecordingState.FAILED)
    party = failed.segments.get().party
    killed = add_segment(failed, party, 2, killed=True)
    call, leg = ended_call()
    live = Recording.objects.create(
        call=call, state=RecordingState.RUNNING, state_since=failed.requested, requested=failed.requested
    )
    add_segment(live, leg, killed=True)
    assert verify(capsys) == {failed.segments.get(number=1).name: "ok", killed.name: "ok"}
    Segment.objects.filter(pk=killed.pk).update(closed=failed.ended)
    assert verify(capsys)[killed.name] == "truncated"
