"""The WebM that is written by hand is one that others can read, also when it was cut off."""

from __future__ import annotations

import io

import av
import pytest

from recordings.capture.rehearsal import encode_pictures, encode_sound
from recordings.capture.writer import WebmWriter, _size, head


def written(size: tuple[int, int] | None, *, cluster: float = 0.5, seconds: int = 2) -> list[bytes]:
    out: list[bytes] = []
    writer = WebmWriter(out.append, size=size, cluster=cluster)
    pieces = [("sound", piece) for piece in encode_sound(seconds)]
    if size:
        pieces += [("picture", piece) for piece in encode_pictures(seconds * 30, width=size[0], height=size[1])]
    for kind, piece in sorted(pieces, key=lambda each: each[1].at):
        if kind == "sound":
            writer.sound(piece.data, piece.at)
        else:
            writer.picture(piece.data, piece.at, key=piece.key)
    writer.flush()
    return out


def test_a_reader_finds_both_tracks_with_their_times() -> None:
    data = b"".join(written((320, 180)))
    with av.open(io.BytesIO(data)) as container:
        assert container.format.name == "matroska,webm"
        assert {stream.codec_context.name for stream in container.streams} == {"vp8", "opus"}
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec_context.width, video.codec_context.height) == (320, 180)
        assert (audio.codec_context.sample_rate, audio.codec_context.channels) == (48_000, 2)
        packets = [(packet.stream.type, packet.pts, packet.is_keyframe) for packet in container.demux() if packet.size]
    assert [pts for kind, pts, _key in packets if kind == "video"] == [number * 1000 // 30 for number in range(60)]
    assert [pts for kind, pts, _key in packets if kind == "audio"] == list(range(0, 2000, 20))
    assert [pts for kind, pts, key in packets if kind == "video" and key] == [0, 1000]
    with av.open(io.BytesIO(data)) as container:
        frames = list(container.decode(audio=0))
        assert sum(frame.samples for frame in frames) == 2 * 48_000  # nothing is skipped at the beginning


def test_a_file_that_was_cut_off_is_readable_up_to_there() -> None:
    data = b"".join(written((320, 180)))
    with av.open(io.BytesIO(data[: len(data) * 3 // 5])) as container:
        read = 0
        for packet in container.demux(video=0):
            read += bool(packet.size)
    assert read > 20


def test_sound_alone_has_one_track() -> None:
    with av.open(io.BytesIO(b"".join(written(None)))) as container:
        assert [stream.type for stream in container.streams] == ["audio"]
    with pytest.raises(ValueError, match="sound only"):
        WebmWriter(lambda data: None, size=None, cluster=1).picture(b"", 0, key=True)


def test_clusters_are_no_longer_than_asked_for() -> None:
    assert len(written((320, 180), cluster=0.5)) == 1 + 4
    assert len(written((320, 180), cluster=100)) == 1 + 1


def test_times_that_run_backwards_are_held() -> None:
    out: list[bytes] = []
    writer = WebmWriter(out.append, size=(16, 16), cluster=60)
    assert [writer.sound(b"x", pts) for pts in (10, 30, 20, 40)] == [10, 30, 30, 40]
    assert writer.picture(b"x", 5, key=True) == 5  # the other track has its own time
    assert writer.sound(b"x", 100_000) == 100_000  # too far for one cluster
    writer.flush()
    with av.open(io.BytesIO(b"".join(out))) as container:
        packets = [(packet.stream.type, packet.pts) for packet in container.demux() if packet.size]
    assert packets == [("audio", 10), ("audio", 30), ("audio", 30), ("audio", 40), ("video", 5), ("audio", 100_000)]


def test_sizes_as_ebml_writes_them() -> None:
    """RFC 8794 4: one bit more per octet, and all ones are kept for "unknown"."""
    assert [_size(length).hex() for length in (0, 126, 127, 16_382, 16_383)] == ["80", "fe", "407f", "7ffe", "203fff"]
    assert head(None).startswith(bytes.fromhex("1a45dfa3"))
