"""What the party sent is in the file, bit by bit and at its time."""

from __future__ import annotations

import asyncio

import pytest

from recordings.capture.clocks import decode_ticks
from recordings.capture.limits import CaptureLimits
from recordings.capture.rehearsal import Source

from .capturing import beeps, captured, clock_number, clock_pictures, decoded, sent, until, within


def test_every_picture_and_every_packet_of_sound_is_kept_as_it_was_sent() -> None:
    async def main() -> None:
        picture, sound = Source("video", clock_pictures(60)), Source("audio", beeps(2.0))
        async with captured(picture=picture, sound=sound) as call:
            await call.finish()
            (sink,) = call.sinks
            assert sink.frames("video") == sent(picture)
            assert sink.frames("audio") == sent(sound)
            assert [clock_number(frame) for frame in decoded(sink)] == list(range(60))
            assert sink.is_closed
            assert sink.counts == {"video": 60, "audio": 100, "key_frames": 2, "width": 320, "height": 180}
            assert (call.stats.dropped, call.stats.lost_sound, call.stats.frames) == (0, 0, 60)

    within(main())


def test_clocks_tell_the_ticks_of_each_frame_and_the_senders_reports() -> None:
    async def main() -> None:
        picture, sound = Source("video", clock_pictures(75)), Source("audio", beeps(2.5))
        async with captured(picture=picture, sound=sound) as call:
            await call.finish()
            (sink,) = call.sinks
            for kind, rate, source in (("video", 90_000, picture), ("audio", 48_000, sound)):
                clock = sink.clocks[kind]
                ticks = decode_ticks(clock["ticks"])
                # As sent, but for the random number that RTP starts at (RFC 3550 5.1).
                begin = ticks[0]
                assert [tick - begin for tick in ticks] == [piece.at * rate // 1000 for piece in source.sent]
                stamps = [piece.at for piece in sink.packets(kind)]
                assert stamps == [round((tick - clock["first"]) * 1000 / rate) for tick in ticks]
                assert clock["rate"] == rate
                assert clock["reports"], "at least one sender report in 2.5 s"
                for ntp, at, arrival in clock["reports"]:
                    assert 0 <= arrival - ntp < 1  # one machine, one clock
                    assert abs((at - begin) / rate - (ntp - (clock["arrival"] + begin / rate))) < 0.3
            first = [piece.at for kind in ("video", "audio") for piece in sink.packets(kind)[:1]]
            assert min(first) == 0
            assert max(first) < 200  # both were started at once

    within(main())


def test_media_reaches_the_sink_while_it_runs() -> None:
    async def main() -> None:
        picture, sound = Source("video", clock_pictures(90)), Source("audio", beeps(3.0))
        async with captured(picture=picture, sound=sound, limits=CaptureLimits(flush=0.5, checkpoint=0.5)) as call:
            told: list[dict[str, object]] = []
            await until(lambda: call.sinks, "a segment")
            call.sinks[0].checkpoint = lambda clocks, counts: told.append({**clocks, "n": counts})  # type: ignore[attr-defined]
            await until(lambda: len(call.sinks[0].writer.flushes) >= 4, "flushes")
            kept = call.sinks[0].packets("video")  # readable at any time, as after a kill
            newest = kept[-1].at / 1000
            assert newest > (picture.sent[-1].at - picture.sent[0].at) / 1000 - 0.8  # flush and the machine's pace
            await until(lambda: told, "a checkpoint")
            assert {"video", "audio", "n"} == set(told[0])
            assert "ticks" not in told[0]["video"]  # type: ignore[operator]

    within(main())


def test_a_party_without_a_camera_is_recorded_from_its_first_sound_on() -> None:
    async def main() -> None:
        sound = Source("audio", beeps(2.0))
        async with captured(sound=sound, limits=CaptureLimits(sound_alone=0.5)) as call:
            await call.finish()
            (sink,) = call.sinks
            assert sink.frames("audio") == sent(sound)
            assert sink.counts["video"] == 0
            assert "video" not in sink.clocks

    within(main())


def test_a_party_without_a_microphone_is_recorded() -> None:
    async def main() -> None:
        picture = Source("video", clock_pictures(30))
        async with captured(picture=picture) as call:
            await call.finish()
            (sink,) = call.sinks
            assert sink.frames("video") == sent(picture)
            assert "audio" not in sink.clocks

    within(main())


def test_a_camera_that_comes_later_begins_a_new_segment() -> None:
    async def main() -> None:
        picture, sound = Source("video", clock_pictures(30)), Source("audio", beeps(2.5))
        async with captured(picture=picture, sound=sound, limits=CaptureLimits(sound_alone=0.4), start=False) as call:
            sound.start()
            await until(lambda: call.sinks, "a segment of sound only")
            picture.start()
            await call.finish()
            only_sound, both = call.sinks
            assert only_sound.counts["video"] == 0
            assert both.frames("video") == sent(picture)
            assert only_sound.frames("audio") + both.frames("audio") == sent(sound)

    within(main())


@pytest.mark.parametrize("silent", ["audio", "video"])
def test_one_kind_that_stops_does_not_hold_the_other_back(silent: str) -> None:
    """A muxer likes to wait for both."""

    async def main() -> None:
        short, long = (15, 3.0) if silent == "video" else (90, 0.5)
        picture, sound = Source("video", clock_pictures(short)), Source("audio", beeps(long))
        other = "audio" if silent == "video" else "video"
        async with captured(picture=picture, sound=sound, limits=CaptureLimits(flush=0.4)) as call:
            await asyncio.wait_for((picture if silent == "video" else sound).done.wait(), 8)
            await until(lambda: call.sinks and len(call.sinks[0].writer.flushes) >= 6, "flushes")
            assert len(call.sinks[0].packets(other)) > len(call.sinks[0].packets(silent))
            assert call.sinks[0].packets(other)[-1].at > 800

    within(main())
