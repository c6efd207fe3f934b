"""What a capture tells of itself at any time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class CaptureStats:
    """Moments are seconds since the epoch, on the clock that the capture was given."""

    state: str = "new"  # new, offered, connecting, connected, failed, closed
    first_media: float | None = None
    last_packet: float | None = None
    last_picture: float | None = None  # whole ones; also while paused
    last_sound: float | None = None
    frames: int = 0  # whole pictures
    packets: int = 0  # of both kinds
    key_frames: int = 0
    dropped: int = 0  # pictures that a loss made useless
    lost_sound: int = 0  # packets of sound that never came
    black: bool = False
    luma: float | None = None  # mean of the last key frame that was looked at; 16 is black
    plis: int = 0  # key frames asked for
    failures: int = 0  # segments that could not be written
    strangers: int = 0  # datagrams from addresses that are not the party's
    overflows: int = 0  # datagrams that came faster than they were read
    excess: int = 0  # datagrams beyond the rate that a party may send at
