"""What a bad network takes is asked for again; what it keeps leaves no rubbish in the file."""

from __future__ import annotations

from itertools import pairwise

from aiortc.rtp import RTCP_PSFB_PLI, RtcpPsfbPacket

from recordings.capture.clocks import decode_ticks
from recordings.capture.rehearsal import MemorySink, Source

from .capturing import beeps, captured, clock_number, clock_pictures, decoded, sent, until, within


def test_a_tenth_lost_leaves_nine_tenths_of_sound_and_no_picture_that_cannot_be_decoded() -> None:
    async def main() -> None:
        picture, sound = Source("video", clock_pictures(180)), Source("audio", beeps(6.0))
        async with captured(picture=picture, sound=sound, loss=0.1) as call:
            await call.finish()
            video = [frame for sink in call.sinks for frame in sink.frames("video")]
            audio = [frame for sink in call.sinks for frame in sink.frames("audio")]
            assert 0.9 * 300 < len(audio) <= 300
            assert set(audio) <= set(sent(sound))
            assert len(video) > 0.7 * 180
            assert set(video) <= set(sent(picture))
            check_decoded(call.sinks)
            assert call.stats.frames == len(video)

    within(main())


def test_what_is_never_sent_again_leaves_no_picture_that_was_decoded_on_top_of_a_lost_one() -> None:
    async def main() -> None:
        picture = Source("video", clock_pictures(180, 15))
        async with captured(picture=picture, loss=0.04, repaired=False) as call:
            await call.finish()
            check_decoded(call.sinks)
            video = [frame for sink in call.sinks for frame in sink.frames("video")]
            assert 30 < len(video) < 175
            assert call.stats.dropped > 5

    within(main())


def check_decoded(sinks: list[MemorySink]) -> None:
    """Each decoded picture shows the number it was painted with."""
    for sink in sinks:
        shown = [clock_number(frame) for frame in decoded(sink)]
        ticks = decode_ticks(sink.clocks["video"]["ticks"])
        assert shown == [shown[0] + round((tick - ticks[0]) * 30 / 90_000) for tick in ticks]


def test_holes_keep_their_time() -> None:
    async def main() -> None:
        pieces = beeps(2.0)
        sound = Source("audio", pieces[:30] + pieces[60:])
        async with captured(picture=Source("video", clock_pictures(30)), sound=sound) as call:
            await call.finish()
            stamps = [piece.at for piece in call.sinks[0].packets("audio")]
            assert [after - before for before, after in pairwise(stamps)] == [20] * 29 + [620] + [20] * 39

    within(main())


def test_key_frames_are_asked_for_at_most_once_a_second() -> None:
    """A pre-encoded source that never obeys: pictures without a key frame."""

    async def main() -> None:
        stubborn = Source("video", clock_pictures(120, 300)[1:])
        async with captured(picture=stubborn) as call:
            await until(stubborn.done.is_set, "four seconds of pictures")
            asked = [
                packet for packet in call.heard if isinstance(packet, RtcpPsfbPacket) and packet.fmt == RTCP_PSFB_PLI
            ]
            assert 2 <= len(asked) <= 5
            assert len(asked) == call.stats.plis
            assert call.stats.dropped > 100
            assert call.sinks == []

    within(main())
