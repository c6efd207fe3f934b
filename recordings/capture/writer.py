"""A live WebM of VP8 and Opus as they came (Matroska RFC 9559, EBML RFC 8794, Opus in it RFC 7845 5.1).

Written by hand, for FFmpeg's muxer holds sound back for as long as no VP8 comes (`ff_interleave_packet_per_dts`), and
a camera that is off would keep minutes of sound in memory. Only whole clusters are given out, so that what has been
written can be read after a kill.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

PICTURE, SOUND = 1, 2  # track numbers
UNKNOWN_SIZE = b"\x01\xff\xff\xff\xff\xff\xff\xff"
SEEK_PRE_ROLL = 80_000_000  # ns that an Opus decoder needs to find its feet (RFC 7845 4.6)
RELATIVE = 0x7FFF  # ms; a block's time is 16 bits beside its cluster's
# Version 1, two channels, nothing to skip (RTP carries no beginning to throw away), 48 kHz, no gain, mapping 0.
OPUS_HEAD = b"OpusHead" + struct.pack("<BBHIhB", 1, 2, 0, 48_000, 0, 0)


def element(name: str, content: bytes) -> bytes:
    """ID (hexadecimal, with its marker), size, content."""
    return bytes.fromhex(name) + _size(len(content)) + content


def number(name: str, value: int) -> bytes:
    return element(name, value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big"))


def _size(length: int) -> bytes:
    for octets in range(1, 9):
        if length < (1 << 7 * octets) - 1:  # all ones means unknown
            return (length | 1 << 7 * octets).to_bytes(octets, "big")
    raise ValueError("too long for EBML")


def head(size: tuple[int, int] | None) -> bytes:
    """Everything before the first cluster."""
    ebml = number("4286", 1) + number("42F7", 1) + number("42F2", 4) + number("42F3", 8)
    ebml += element("4282", b"webm") + number("4287", 4) + number("4285", 2)
    info = number("2AD7B1", 1_000_000) + element("4D80", b"rtc-service") + element("5741", b"rtc-service")
    tracks = (_picture_track(*size) if size else b"") + _sound_track()
    segment = element("1549A966", info) + element("1654AE6B", tracks)
    return element("1A45DFA3", ebml) + bytes.fromhex("18538067") + UNKNOWN_SIZE + segment


def _track(track: int, kind: int, codec: bytes, rest: bytes) -> bytes:
    known = number("D7", track) + number("73C5", track) + number("83", kind) + number("9C", 0)
    return element("AE", known + element("86", codec) + rest)


def _picture_track(width: int, height: int) -> bytes:
    return _track(PICTURE, 1, b"V_VP8", element("E0", number("B0", width) + number("BA", height)))


def _sound_track() -> bytes:
    audio = element("E1", element("B5", struct.pack(">d", 48_000)) + number("9F", 2))
    delays = number("56AA", 0) + number("56BB", SEEK_PRE_ROLL)
    return _track(SOUND, 2, b"A_OPUS", element("63A2", OPUS_HEAD) + delays + audio)


class WebmWriter:
    """`size` is that of the first picture (later ones may differ, each key frame tells); None: sound only.

    `out` gets the head, then clusters of at most `cluster` seconds. Time stamps (`pts`) in milliseconds.
    """

    def __init__(self, out: Callable[[bytes], None], *, size: tuple[int, int] | None, cluster: float) -> None:
        self._out, self._longest = out, min(cluster * 1000, RELATIVE)
        self._has_picture = size is not None
        self._last = [0, 0, 0]
        self._begins = 0
        self._blocks: list[bytes] = []
        out(head(size))

    def picture(self, data: bytes, pts: int, *, key: bool) -> int:
        """Answers the time stamp that was written: time never runs backwards in a track."""
        if not self._has_picture:
            raise ValueError("a file of sound only takes no pictures")
        return self._block(PICTURE, data, pts, 0x80 if key else 0)

    def sound(self, data: bytes, pts: int) -> int:
        return self._block(SOUND, data, pts, 0x80)

    def _block(self, track: int, data: bytes, pts: int, flags: int) -> int:
        pts = self._last[track] = max(pts, self._last[track])
        if self._blocks and not -RELATIVE <= pts - self._begins < self._longest:
            self.flush()
        if not self._blocks:
            self._begins = pts
        header = struct.pack(">BhB", 0x80 | track, pts - self._begins, flags)
        self._blocks += (b"\xa3", _size(len(header) + len(data)), header, data)
        return pts

    def flush(self) -> None:
        """End the cluster."""
        if self._blocks:
            self._out(element("1F43B675", number("E7", self._begins) + b"".join(self._blocks)))
            self._blocks = []
