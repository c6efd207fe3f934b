"""From rows and segments to checked files: once, whatever happens on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from recordings.finalise.verify import NotWhole
from recordings.models import Policy, Recording, RecordingFile, RecordingState, Segment
from recordings.services import finalising, finalising_segments
from recordings.services.finalising import Outcome, finalise
from recordings.vault import keys, store
from recordings.vault.container import StreamWriter
from rtc_service import clock
from rtc_service.models import Alert, Event, Participant
from rtc_service.services import participants, timeline
from rtc_service.states import Role
from rtc_service.testing import later, request_call, staff

from .finalise_clocks import START, Sender
from .finalise_media import Sent, beeps, flashes, segment, sent

pytestmark = pytest.mark.django_db(transaction=True)
MS = 1e-3
SECONDS = 12


class Killed(BaseException):
    """The process is gone: no `except Exception` sees it."""


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(START + seconds, UTC)


@dataclass
class Story:
    recording: Recording
    alice: Participant
    bob: Participant
    senders: dict[int, Sender]

    def segment(
        self, party: Participant, number: int, frames: list[Sent], *, epoch: int = 1, killed: bool = False
    ) -> Segment:
        """As a recorder leaves it on the storage."""
        plain, clocks = segment(self.senders[party.pk], frames)
        if killed:
            for one in clocks.values():
                del one["ticks"]
        name = f"{self.recording.uuid}/{party.uuid}-{number}.seg"
        key, key_id, wrapped = keys.new(name)
        writer = StreamWriter(store.create(name), key, name)
        for at in range(0, len(plain), 20_000):
            writer.write(plain[at : at + 20_000])
            writer.seal()
        writer.abort() if killed else writer.close()
        return Segment.objects.create(
            recording=self.recording,
            party=party,
            number=number,
            epoch=epoch,
            name=name,
            key_id=key_id,
            wrapped_key=wrapped,
            opened=moment(frames[0].moment),
            closed=None if killed else moment(frames[-1].moment),
            clocks=clocks,
        )

    def file(self, party: Participant) -> RecordingFile:
        return RecordingFile.objects.get(recording=self.recording, party=party)

    def flashes_and_beeps(self, party: Participant) -> tuple[list[float], list[float]]:
        row = self.file(party)
        return flashes(store.open_reader(row)), beeps(store.open_reader(row))  # type: ignore[arg-type]

    def on_storage(self) -> list[str]:
        return store.names(str(self.recording.uuid))

    def is_whole(self) -> None:
        """Both files are there, as the rows say, and nothing else is."""
        self.recording.refresh_from_db()
        assert self.recording.state == RecordingState.READY
        assert not Segment.objects.filter(recording=self.recording).exists()
        rows = [self.file(self.alice), self.file(self.bob)]
        assert self.on_storage() == sorted(row.name for row in rows)
        for row in rows:
            assert row.checked is not None and row.has_sound and row.has_picture
            with store.open_reader(row) as reader:
                assert reader.size == row.size > 1000


@pytest.fixture
def story() -> Iterator[Story]:
    """A recording that is over, without segments."""
    call, alice = request_call()
    bob = participants.join(call, Role.STAFF, user_id=staff("bob").pk, name="Bob")
    recording = Recording.objects.create(
        call=call,
        state=RecordingState.FINALISING,
        state_since=clock.now(),
        requested=moment(-5),
        started=moment(0),
        ended=moment(SECONDS),
        epoch=1,
    )
    yield Story(recording, alice, bob, {alice.pk: Sender(1, -300.0, 60e-6), bob.pk: Sender(2, 45.0, -80e-6)})
    for name in store.names(str(recording.uuid)):
        store.delete(name)


@pytest.fixture
def two(story: Story) -> Story:
    """Both parties, all the time, two segments each."""
    for party in (story.alice, story.bob):
        story.segment(party, 1, sent(0, 6))
        story.segment(party, 2, sent(6, SECONDS))
    return story


def test_both_parties_files_are_in_step_and_every_second_is_in_place(two: Story) -> None:
    Policy.objects.update_or_create(queue="", defaults={"keep_days": 7})
    assert finalise(two.recording.uuid) is Outcome.READY
    two.is_whole()
    assert two.recording.keep_until == moment(SECONDS) + timedelta(days=7)
    found = [two.flashes_and_beeps(party) for party in (two.alice, two.bob)]
    for seen, heard in found:
        assert len(seen) == len(heard) == SECONDS
        assert all(abs(flash - beep) <= 20 * MS for flash, beep in zip(seen, heard, strict=True))
        assert all(abs(flash - number) <= 60 * MS for number, flash in enumerate(seen))
    assert all(abs(a - b) <= 40 * MS for a, b in zip(found[0][0], found[1][0], strict=True))
    alice, bob = two.file(two.alice), two.file(two.bob)
    assert alice.begins == bob.begins and abs((alice.begins - moment(0)).total_seconds()) < 0.06
    assert alice.duration == pytest.approx(SECONDS, abs=0.1) and alice.gaps == [] and alice.role == Role.CUSTOMER
    assert alice.skew_ms is not None and alice.skew_ms <= 20 and (alice.width, alice.height) == (160, 120)
    last = Event.objects.filter(kind="recordings.state").latest("seq")
    assert last.data["state"] == "ready"


def test_the_digest_is_that_of_the_plain_bytes(two: Story) -> None:
    import hashlib

    finalise(two.recording.uuid)
    row = two.file(two.bob)
    with store.open_reader(row) as reader:
        assert hashlib.sha256(reader.read()).hexdigest() == row.sha256


def test_a_second_run_finds_nothing_to_do(two: Story) -> None:
    assert finalise(str(two.recording.uuid)) is Outcome.READY
    before = RecordingFile.objects.get(pk=two.file(two.alice).pk)
    assert finalise(two.recording.uuid) is Outcome.NOTHING
    assert two.file(two.alice).name == before.name


def _dies(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, nth: int, *, before: bool) -> None:
    """The nth call of a function is the last thing that this process does."""
    real: Callable[..., Any] = getattr(owner, name)
    calls = 0

    def dying(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == nth and before:
            raise Killed
        answer = real(*args, **kwargs)
        if calls == nth:
            raise Killed
        return answer

    monkeypatch.setattr(owner, name, dying)


POINTS = [
    (finalising, "plan", 2, True),
    (finalising, "_begin_file", 1, False),
    (store, "create", 1, False),
    (finalising, "remux", 1, False),
    (finalising, "verify", 2, True),
    (finalising, "_keep_file", 1, True),
    (finalising, "_keep_file", 1, False),
    (finalising, "drop_segments", 1, True),
    (store, "delete", 2, True),
    (store, "delete", 3, False),
    (finalising, "_ready", 1, True),
]


@pytest.mark.parametrize(("owner", "name", "nth", "before"), POINTS)
def test_killed_at_any_point_another_run_finishes(
    two: Story, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, nth: int, before: bool
) -> None:
    with monkeypatch.context() as patched:
        _dies(patched, owner, name, nth, before=before)
        with pytest.raises(Killed):
            finalise(two.recording.uuid)
    assert finalise(two.recording.uuid) is Outcome.LATER  # its lease still runs
    with later(61):
        assert finalise(two.recording.uuid) is Outcome.READY
    two.is_whole()
    for party in (two.alice, two.bob):
        assert [len(found) for found in two.flashes_and_beeps(party)] == [SECONDS, SECONDS]
    assert two.file(two.alice).begins == two.file(two.bob).begins


def test_killed_in_the_midst_of_writing_nothing_can_be_played(two: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    def dying(self: Any) -> None:
        if Recording.objects.get(pk=two.recording.pk).files.exists():
            raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("recordings.services.finalising_claim.Claim.keep", dying)
        with pytest.raises(Killed):
            finalise(two.recording.uuid)
    row = two.file(two.alice)
    assert row.checked is None
    with pytest.raises(Exception, match="truncated|ends before"):
        store.open_reader(row)
    with later(61):
        assert finalise(two.recording.uuid) is Outcome.READY
    two.is_whole()


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("step", ["plan", "_begin_file", "remux", "verify", "_keep_file", "drop_segments"])
def test_one_that_is_taken_for_dead_and_is_not_does_no_harm(
    two: Story, monkeypatch: pytest.MonkeyPatch, step: str, before: bool
) -> None:
    """It stands still before or after this step for longer than its lease, and another one does all the work."""
    real = getattr(finalising, step)
    outcomes: list[Outcome] = []

    def another() -> None:
        if not outcomes:
            outcomes.append(Outcome.LATER)
            with later(61):
                outcomes.append(finalise(two.recording.uuid))

    def slow(*args: Any, **kwargs: Any) -> Any:
        if before:
            another()
        answer = real(*args, **kwargs)
        another()
        return answer

    monkeypatch.setattr(finalising, step, slow)
    assert finalise(two.recording.uuid) is Outcome.NOTHING
    assert outcomes[1] is Outcome.READY
    two.is_whole()


def test_what_no_row_knows_does_not_stay(two: Story) -> None:
    """Written by one that was killed after another had taken its row."""
    name = f"{two.recording.uuid}/{two.alice.uuid}-0.rec"
    with store.create(name) as file:
        file.write(b"nobody has the key of this")
    assert finalise(two.recording.uuid) is Outcome.READY
    two.is_whole()


def test_a_recorder_that_has_not_let_go_is_waited_for(two: Story) -> None:
    Recording.objects.filter(pk=two.recording.pk).update(lease_until=clock.after(5))
    assert finalise(two.recording.uuid) is Outcome.LATER
    two.recording.refresh_from_db()
    assert two.recording.attempts == 0
    with later(6):
        assert finalise(two.recording.uuid) is Outcome.READY


def test_a_recording_that_still_runs_is_left_alone(two: Story) -> None:
    Recording.objects.filter(pk=two.recording.pk).update(state=RecordingState.RUNNING)
    assert finalise(two.recording.uuid) is Outcome.NOTHING
    assert Segment.objects.exclude(wrapped_key="").count() == 4


def test_after_so_many_attempts_it_has_failed_and_the_segments_stay(
    two: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(name: str) -> Any:
        raise OSError(28, "no space left")

    monkeypatch.setattr(store, "create", full)
    outcomes, ahead = [], 0.0
    for attempt in range(5):
        with later(ahead):
            outcomes.append(finalise(two.recording.uuid))
            if attempt < 4:
                assert finalise(two.recording.uuid) is Outcome.LATER  # not at once
        ahead += 60 * 2**attempt + 1
    assert outcomes == [*[Outcome.LATER] * 4, Outcome.FAILED]
    two.recording.refresh_from_db()
    assert two.recording.state == RecordingState.FAILED and two.recording.keep_until is not None
    assert two.recording.cause == "finaliser" and not two.recording.files.exists()
    assert Segment.objects.exclude(wrapped_key="").count() == len(two.on_storage()) == 4
    alert = Alert.objects.get(code=finalising.FAILED)
    assert alert.data["problem"] == "OSError"


def test_files_that_are_not_whole_do_not_pile_up(two: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise NotWhole("cues")

    monkeypatch.setattr(finalising, "verify", refuse)
    outcome, ahead = Outcome.LATER, 0.0
    for attempt in range(5):
        with later(ahead):
            outcome = finalise(two.recording.uuid)
        assert len(two.on_storage()) == 4  # the segments
        ahead += 60 * 2**attempt + 1
    assert outcome is Outcome.FAILED
    assert Alert.objects.get(code=finalising.FAILED).data["problem"] == "cues"


def test_what_kills_every_worker_is_given_up(two: Story) -> None:
    Recording.objects.filter(pk=two.recording.pk).update(attempts=5)
    assert finalise(two.recording.uuid) is Outcome.FAILED
    assert Alert.objects.filter(code=finalising.FAILED).exists()
    assert len(two.on_storage()) == 4


def test_without_any_media_it_is_empty(story: Story) -> None:
    assert finalise(story.recording.uuid) is Outcome.FAILED
    story.recording.refresh_from_db()
    assert story.recording.cause == "empty"
    assert not Alert.objects.exists()


def test_a_row_whose_recorder_died_before_the_first_byte_is_nothing(two: Story) -> None:
    Segment.objects.filter(number=2).update(closed=None)
    for row in Segment.objects.filter(number=2):
        store.delete(row.name)
    Recording.objects.filter(pk=two.recording.pk).update(ended=moment(6))
    assert finalise(two.recording.uuid) is Outcome.READY
    assert two.file(two.alice).duration == pytest.approx(6, abs=0.1)
    assert not Alert.objects.exists()


def test_a_changed_segment_is_left_out_alerted_and_kept(two: Story) -> None:
    bad = Segment.objects.get(party=two.bob, number=1)
    path = store.storage().path(bad.name)  # type: ignore[attr-defined]
    with open(path, "r+b") as file:
        file.seek(15_000)
        byte = file.read(1)[0]
        file.seek(15_000)
        file.write(bytes([byte ^ 1]))
    assert finalise(two.recording.uuid) is Outcome.READY
    seen, heard = two.flashes_and_beeps(two.bob)
    assert [round(flash) for flash in seen] == [round(beep) for beep in heard] == list(range(6, SECONDS))
    (gap,) = two.file(two.bob).gaps
    assert gap[2] == "damaged" and gap[:2] == [0.0, pytest.approx(6.0, abs=0.1)]
    assert [len(found) for found in two.flashes_and_beeps(two.alice)] == [SECONDS, SECONDS]
    alert = Alert.objects.get(code=finalising_segments.DAMAGED)
    assert alert.data["problem"] == "changed" and alert.target == f"{two.recording.uuid}/{two.bob.uuid}"
    bad.refresh_from_db()
    assert bad.wrapped_key and bad.name in two.on_storage() and Segment.objects.count() == 1


def test_a_kill_and_a_pause_are_named_and_time_goes_on(story: Story) -> None:
    call, uuid = story.recording.call, str(story.recording.uuid)
    for at, state in ((0, "running"), (3, "paused"), (5, "running"), (SECONDS, "finalising")):
        timeline.append(call, "recordings.state", data={"recording": uuid, "state": state}, at=moment(at))
    sender = story.senders[story.alice.pk]
    story.segment(story.alice, 1, sent(0, 3))
    story.segment(story.alice, 2, sent(5, 8), killed=True)
    sender.restart()
    story.segment(story.alice, 3, sent(9, SECONDS), epoch=2)
    story.segment(story.bob, 1, sent(0, SECONDS - 4))  # hung up before
    assert finalise(story.recording.uuid) is Outcome.READY
    found = story.file(story.alice).gaps
    assert [cause for _, _, cause in found] == ["paused", "recorder"]
    assert [(round(start), round(end)) for start, end, _ in found] == [(3, 5), (8, 9)]
    seen, heard = story.flashes_and_beeps(story.alice)
    assert [round(flash) for flash in seen] == [0, 1, 2, 5, 6, 7, 9, 10, 11]
    assert [round(beep) for beep in heard] == [round(flash) for flash in seen]
    ((start, end, cause),) = story.file(story.bob).gaps
    assert (round(start), round(end), cause) == (8, SECONDS, "no_media")
    assert story.file(story.bob).duration == pytest.approx(8, abs=0.1)


def test_nothing_plain_ever_lies_on_the_storage(two: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bytes] = []

    def look(*args: Any, **kwargs: Any) -> None:
        for name in two.on_storage():
            with store.storage().open(name, "rb") as file:
                seen.append(file.read())

    real = finalising._keep_file
    monkeypatch.setattr(finalising, "_keep_file", lambda *args: (look(), real(*args)))
    assert finalise(two.recording.uuid) is Outcome.READY
    assert len(seen) >= 10
    picture = next(frame.data for frame in sent(0, 6) if frame.kind == "video" and len(frame.data) > 60)
    for content in seen:
        assert not any(mark in content for mark in (b"\x1a\x45\xdf\xa3", b"OpusHead", b"webm", picture[10:60]))
