"""What must be known of VP8 without decoding it: RFC 7741 (payload descriptor), RFC 6386 9.1 (frame header)."""

from __future__ import annotations

START_CODE = b"\x9d\x01\x2a"


def starts_frame(payload: bytes) -> bool:
    """Is this RTP payload the first of a frame: S bit set, partition 0 (RFC 7741 4.2)?"""
    return bool(payload) and payload[0] & 0x17 == 0x10


def is_key_frame(frame: bytes) -> bool:
    """The frame bit alone is not enough: half a frame passes it one time in two, and then claims any size."""
    return len(frame) >= 10 and not frame[0] & 1 and frame[3:6] == START_CODE and all(frame_size(frame))


def frame_size(key_frame: bytes) -> tuple[int, int]:
    """Width and height in pixels; the upper two bits of each are a scaling hint."""
    return (
        int.from_bytes(key_frame[6:8], "little") & 0x3FFF,
        int.from_bytes(key_frame[8:10], "little") & 0x3FFF,
    )
