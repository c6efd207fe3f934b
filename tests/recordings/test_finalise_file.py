"""The file that comes out: every frame as it came, in place, and it can be sought in."""

from __future__ import annotations

import io
import math
from itertools import pairwise

import av
import pytest

from recordings.finalise import ebml, gaps
from recordings.finalise.plan import Plan, plan
from recordings.finalise.reading import frames
from recordings.finalise.remux import Made, remux
from recordings.finalise.verify import Checked, NotWhole, verify
from recordings.vault.errors import ContainerError

from .finalise_clocks import START, Sender
from .finalise_media import FinalFile, Sent, Stored, beeps, flashes, frame_digests, opener, sent, stored

MS = 1e-3


def made_of(*parts: Stored, begins: float | None = None) -> tuple[FinalFile, Plan, Made]:
    one = plan([part.source() for part in parts])
    file = FinalFile()
    with file.writer:
        made = remux(one, file.writer, begins=one.begins if begins is None else begins)
    return file, one, made


def checked(file: FinalFile, one: Plan, made: Made) -> Checked:
    return verify(file.open, made, span=one.ends - one.begins)


def test_flashes_and_beeps_lie_together_on_every_second() -> None:
    file, one, made = made_of(stored(1, Sender(1, 300.0, 50e-6), sent(0, 20)))
    seen, heard = flashes(file.open()), beeps(file.open())
    assert len(seen) == len(heard) == 20
    for number, (flash, beep) in enumerate(zip(seen, heard, strict=True)):
        assert abs(flash - beep) <= 20 * MS
        assert abs(flash - seen[0] - number) <= 20 * MS
    assert checked(file, one, made).duration == pytest.approx(20.0, abs=0.1)
    assert one.skew is not None and one.skew < 20 * MS


def test_arrival_alone_would_not_have_been_enough() -> None:
    """The test of the test: with the time stamps that the recorder wrote, sound and picture lie apart."""
    part = stored(1, Sender(1, 300.0, jitter=0.4), sent(0, 20))
    part.clocks = {}
    file, _, _ = made_of(part)
    heard = beeps(file.open())
    worst = max(min(abs(flash - beep) for beep in heard) for flash in flashes(file.open()))
    assert worst > 20 * MS


def test_frames_are_the_same_before_and_after() -> None:
    part = stored(1, Sender(2), sent(0, 10))
    file, _, made = made_of(part)
    assert frame_digests(file.open()) == frame_digests(part.open())
    assert made.tracks["video"].count == 300 and made.tracks["audio"].count == 500
    assert not made.tracks["video"].moved and not made.tracks["audio"].moved


def test_duration_and_cues_stand_in_front() -> None:
    file, _, _ = made_of(stored(1, Sender(3), sent(0, 30)))
    plain = file.plain()
    found = ebml.outline(io.BytesIO(plain), len(plain))
    assert found.duration == pytest.approx(30.0, abs=0.1)
    assert found.cues_at is not None and found.cues_at < found.clusters[0][1]
    assert len(found.cues) >= 30  # one for each key frame
    clusters = {place for _, place in found.clusters}
    assert all(place in clusters for _, place in found.cues)
    with av.open(io.BytesIO(plain)) as container:
        assert container.duration == pytest.approx(30_000_000, abs=100_000)
        container.seek(17_500_000)
        packet = next(packet for packet in container.demux(video=0) if packet.size)
        assert packet.is_keyframe and 16.0 <= float(packet.pts * packet.time_base) <= 17.5


def test_sound_alone_has_cues_too() -> None:
    file, one, made = made_of(stored(1, Sender(4), sent(0, 30, kinds=["audio"])))
    plain = file.plain()
    assert len(ebml.outline(io.BytesIO(plain), len(plain)).cues) >= 5
    assert one.kinds == ["audio"]
    checked(file, one, made)


def test_the_opus_head_is_that_of_webrtc() -> None:
    """RFC 7845 5.1: version 1, two channels, a pre-skip of 312 samples, 48 kHz, mapping family 0."""
    file, _, _ = made_of(stored(1, Sender(5), sent(0, 5)))
    with av.open(file.open()) as container:
        head = container.streams.audio[0].codec_context.extradata
    assert head is not None
    assert head[:8] == b"OpusHead" and head[8] == 1 and head[9] == 2 and head[18] == 0
    assert int.from_bytes(head[10:12], "little") == 312 and int.from_bytes(head[12:16], "little") == 48_000


def test_time_goes_on_over_a_pause_and_another_connection() -> None:
    sender = Sender(6, -40.0)
    first, second = stored(1, sender, sent(0, 10)), stored(2, sender, sent(15, 20))
    sender.restart()
    third = stored(3, sender, sent(26, 36), epoch=2)
    file, one, made = made_of(first, second, third)
    seen, heard = flashes(file.open()), beeps(file.open())
    wanted = [*range(10), *range(15, 20), *range(26, 36)]
    assert len(seen) == len(heard) == len(wanted)
    for second_of, flash, beep in zip(wanted, seen, heard, strict=True):
        assert abs(flash - beep) <= 20 * MS and abs(flash - seen[0] - second_of) <= 40 * MS
    found = gaps.gaps(made.spans, one.ends - one.begins, pauses=[(10.0, 15.0)])
    assert [cause for _, _, cause in found] == ["paused", "recorder"]
    assert [(round(start), round(end)) for start, end, _ in found] == [(10, 15), (20, 26)]
    checked(file, one, made)


def test_a_party_that_came_later_starts_later_in_its_file() -> None:
    file, _, made = made_of(stored(1, Sender(7), sent(4, 10)), begins=START)
    assert flashes(file.open())[0] == pytest.approx(4.0, abs=0.06)
    assert gaps.gaps(made.spans, 10.0)[0][2] == "no_media"


def test_a_hole_in_the_sound_keeps_time() -> None:
    whole = sent(0, 12)
    holed = [frame for frame in whole if frame.kind == "video" or not 4 <= frame.moment < 8]
    file, one, made = made_of(stored(1, Sender(8), holed))
    heard, seen = beeps(file.open()), flashes(file.open())
    assert [round(beep - seen[0]) for beep in heard] == [0, 1, 2, 3, 8, 9, 10, 11]
    assert all(min(abs(beep - flash) for flash in seen) <= 20 * MS for beep in heard)
    assert gaps.gaps(made.spans, one.ends - one.begins) == []  # there was a picture all the time


def test_pictures_of_several_sizes_lie_in_one_file() -> None:
    sender = Sender(9)
    small, large = sent(0, 4), sent(4, 8, size=(320, 240))
    file, one, made = made_of(stored(1, sender, [*small, *large]))
    assert one.size == (320, 240)
    with av.open(file.open()) as container:
        sizes = {(frame.width, frame.height) for frame in container.decode(video=0)}
    assert sizes == {(160, 120), (320, 240)}
    checked(file, one, made)


def test_what_comes_before_the_first_key_frame_is_left_out() -> None:
    frames_sent = [frame for frame in sent(0, 6) if frame.kind == "audio" or frame.moment >= 0.5]
    file, one, made = made_of(stored(1, Sender(10), frames_sent))
    with file.open() as source:
        first = next(frame for frame in frames(source) if frame.kind == "video")
    assert first.key and made.tracks["video"].count == 150
    checked(file, one, made)


@pytest.mark.parametrize("cut", [40, 900, 20_040, 22_000])
def test_a_segment_that_was_cut_off_is_used_up_to_there(cut: int) -> None:
    part = stored(1, Sender(11), sent(0, 10))
    part.data, part.closed = part.data[: len(part.data) - cut], None
    file, one, made = made_of(part)
    assert not one.damaged
    assert 100 < made.tracks["video"].count < 300
    checked(file, one, made)


def test_a_killed_recorders_checkpoint_is_enough_for_sync() -> None:
    """After a kill there are reports but no ticks of frames; time stamps in the segment stand in for them."""
    part = stored(1, Sender(12, 8.0, jitter=0.0), sent(0, 10))
    for clock in part.clocks.values():
        del clock["ticks"]
    file, _, _ = made_of(part)
    for flash, beep in zip(flashes(file.open()), beeps(file.open()), strict=True):
        assert abs(flash - beep) <= 20 * MS


def test_a_changed_segment_is_left_out_and_named() -> None:
    sender = Sender(13)
    parts = [stored(number, sender, sent(number * 5, number * 5 + 5)) for number in range(3)]
    middle = bytearray(parts[1].data)
    middle[len(middle) // 2] ^= 1
    parts[1].data = bytes(middle)
    file, one, made = made_of(*parts)
    assert [(source.number, code) for source, code in one.damaged] == [(1, "changed")]
    assert [round(flash) for flash in flashes(file.open())] == [0, 1, 2, 3, 4, 10, 11, 12, 13, 14]
    found = gaps.gaps(made.spans, one.ends - one.begins, [source for source, _ in one.damaged])
    assert [cause for _, _, cause in found] == ["damaged"]


def test_a_segment_that_changes_between_looking_and_writing_stops_the_file() -> None:
    part = stored(1, Sender(14), sent(0, 10))
    one = plan([part.source()])
    changed = bytearray(part.data)
    changed[-30_000] ^= 1
    part.data = bytes(changed)
    file = FinalFile()
    with pytest.raises(ContainerError), file.writer:
        remux(one, file.writer, begins=one.begins)
    with pytest.raises(ContainerError):  # and what was written has no end mark
        file.open()


def test_overlapping_segments_do_not_run_backwards() -> None:
    """Two recorders for a moment: what both have is taken from the later one."""
    sender = Sender(15, jitter=0.0)
    file, one, made = made_of(stored(1, sender, sent(0, 6)), stored(2, sender, sent(5, 10), epoch=2))
    assert made.tracks["video"].count == 300
    assert made.tracks["video"].moved == made.tracks["audio"].moved == 0
    checked(file, one, made)


def test_a_clock_that_was_set_back_loses_no_frame() -> None:
    sender = Sender(16, jitter=0.0)
    early = Stored(2, *_shifted(stored(2, sender, sent(10, 15)), -8.0))
    file, one, made = made_of(stored(1, sender, sent(0, 10)), early)
    assert made.tracks["video"].count == 450
    with file.open() as source:
        times = [frame.seconds for frame in frames(source) if frame.kind == "video"]
    assert all(after > before for before, after in pairwise(times))
    checked(file, one, made)


def _shifted(part: Stored, seconds: float) -> tuple[bytes, dict[str, object], float, float | None]:
    clocks = {
        kind: {**clock, "arrival": clock["arrival"] + seconds, "reports": []} for kind, clock in part.clocks.items()
    }
    return part.data, clocks, part.opened + seconds, part.closed


def test_what_was_captured_after_the_end_is_left_out() -> None:
    one = plan([stored(1, Sender(17, jitter=0.0), sent(0, 10)).source()])
    file = FinalFile()
    with file.writer:
        made = remux(one, file.writer, begins=one.begins, ended=one.begins + 7.0)
    assert made.duration == pytest.approx(7.0, abs=0.05)
    verify(file.open, made, span=7.0)


def test_nothing_at_all_is_no_plan() -> None:
    part = stored(1, Sender(18), sent(0, 5))
    part.data = part.data[:30]
    part.closed = None
    one = plan([part.source()])
    assert one.kinds == [] and math.isinf(one.begins) and not one.damaged


# --- the check


def test_a_file_that_lacks_a_frame_is_not_whole() -> None:
    whole = sent(0, 6)
    file, one, made = made_of(stored(1, Sender(19), whole))
    lost = next(frame for frame in whole if frame.kind == "video" and not frame.key)
    other, _, _ = made_of(stored(1, Sender(19), [frame for frame in whole if frame is not lost]))
    checked(file, one, made)
    with pytest.raises(NotWhole, match="frames"):
        verify(other.open, made, span=one.ends - one.begins)


def test_a_live_file_is_refused_because_it_cannot_be_sought_in() -> None:
    part = stored(1, Sender(20), sent(0, 5))
    _, one, made = made_of(part)
    with part.open() as source:
        live = source.read()
    with pytest.raises(NotWhole, match="unreadable|duration|cues"):
        verify(opener(live), made, span=one.ends - one.begins)


def test_another_length_than_the_recordings_is_refused() -> None:
    file, one, made = made_of(stored(1, Sender(21), sent(0, 5)))
    verify(file.open, made, span=8.0, missing=3.0)
    with pytest.raises(NotWhole, match="span"):
        verify(file.open, made, span=8.0)


def test_a_missing_track_is_noticed() -> None:
    file, one, made = made_of(stored(1, Sender(22), sent(0, 5)))
    silent, _, _ = made_of(stored(1, Sender(22), sent(0, 5, kinds=["video"])))
    with pytest.raises(NotWhole, match="tracks"):
        verify(silent.open, made, span=one.ends - one.begins)


def test_a_flipped_bit_of_the_final_file_is_noticed() -> None:
    file, one, made = made_of(stored(1, Sender(23), sent(0, 5)))
    changed = bytearray(file.sink.data)
    changed[len(changed) // 2] ^= 1
    file.sink.data = bytes(changed)
    with pytest.raises(ContainerError):
        checked(file, one, made)


def test_sent_is_what_it_says() -> None:
    """The test of the test: flashes and beeps begin where they should in what goes in."""
    assert {frame.moment for frame in sent(3, 4) if frame.kind == "video" and frame.key} == {3.0}
    assert isinstance(sent(0, 1)[0], Sent)
