"""A pause cuts the file: nothing of it is kept, and it is on the sink before `pause()` returns."""

from __future__ import annotations

from recordings.capture.limits import CaptureLimits
from recordings.capture.pictures import Picture
from recordings.capture.rehearsal import MemorySink, Source
from recordings.capture.sound import Sound
from recordings.capture.tape import Tape

from .capturing import beeps, captured, clock_pictures, sent, until, within


def test_a_pause_closes_the_segment_and_resume_begins_another_at_a_key_frame() -> None:
    async def main() -> None:
        picture, sound = Source("video", clock_pictures(120, 15)), Source("audio", beeps(4.0))
        async with captured(picture=picture, sound=sound) as call:
            await until(lambda: call.stats.frames >= 30, "a second of pictures")
            call.capture.pause()
            (first,) = call.sinks
            assert first.is_closed
            before = len(picture.sent)
            seen = call.stats.frames
            await until(lambda: call.stats.frames >= seen + 20, "pictures during the pause")
            assert call.stats.last_picture is not None  # nobody takes a pause for a dead camera
            assert len(call.sinks) == 1
            call.capture.resume()
            resumed, resumed_sound = len(picture.sent), len(sound.sent)
            await call.finish()
            _first, second = call.sinks
            all_pictures, all_sound = sent(picture), sent(sound)
            assert first.frames("video") == all_pictures[: len(first.frames("video"))]
            assert len(first.frames("video")) <= before
            kept = second.frames("video")
            start = all_pictures.index(kept[0])
            assert picture.sent[start].key
            assert resumed - 1 <= start <= resumed + 15
            assert kept == all_pictures[start:]
            heard = second.frames("audio")
            begins = len(all_sound) - len(heard)
            assert heard == all_sound[begins:]
            assert resumed_sound - 1 <= begins  # sound waits for the picture, but none of the pause is kept
            assert second.is_closed

    within(main())


def test_a_pause_before_the_first_picture_keeps_no_sound_of_before() -> None:
    async def main() -> None:
        sound = Source("audio", beeps(3.0))
        async with captured(sound=sound) as call:
            await until(lambda: call.stats.packets >= 25, "half a second of sound")
            call.capture.pause()
            call.capture.resume()
            sent_before = len(sound.sent)
            await call.finish()
            kept = [frame for sink in call.sinks for frame in sink.frames("audio")]
            assert kept == sent(sound)[len(sent(sound)) - len(kept) :]
            assert 0 < len(kept) <= len(sound.sent) - sent_before + 1

    within(main())


def test_what_arrived_in_a_pause_and_waited_for_its_turn_stays_out() -> None:
    now = 100.0
    sinks: list[MemorySink] = []

    def opened() -> MemorySink:
        sinks.append(MemorySink())
        return sinks[-1]

    tape = Tape(
        opened, CaptureLimits(), clock=lambda: now, want_key=lambda: None, reports=lambda: {"video": [], "audio": []}
    )
    tape.pause()
    (key,), (first, second, third) = clock_pictures(1), beeps(0.06)
    tape.sound(Sound(first.data, 0, 99.0))
    tape.resume()
    tape.sound(Sound(second.data, 960, 99.9))
    tape.picture(Picture(key.data, 0, 99.95, True))
    tape.sound(Sound(third.data, 1920, 100.1))
    tape.picture(Picture(key.data, 9000, 100.2, True))
    tape.pause()
    (sink,) = sinks
    assert sink.frames("audio") == [third.data]
    assert len(sink.frames("video")) == 1
    assert sink.clocks["video"]["ticks"] == [9000]
