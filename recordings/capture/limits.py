"""How patient a capture is and how much it holds. Durations in seconds, sizes in bytes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CaptureLimits:
    """Defaults fit a call over the Internet; `flush` is the host's FLUSH_SECONDS."""

    flush: float = 1.0  # media is at most so old when it reaches the sink
    checkpoint: float = 2.0  # so often the sink is told the clocks, for the case of a kill
    connect: float = 20.0  # not connected so long after the answer: failed
    close: float = 5.0  # a sink or a peer that takes longer to close is left behind
    pause: float = 2.0  # the same for a pause, during which the event loop stands
    tick: float = 0.1  # how often time-outs are looked at

    picture_hole: float = 1.0  # so long a lost packet is waited for, then pictures go on with the next key frame
    sound_hole: float = 0.4  # the same for sound, which goes on at once
    nack: float = 0.15  # a lost packet is asked for again so often
    picture_packets: int = 1024  # waiting behind a hole: 5 s at 1.7 Mbit/s
    sound_packets: int = 64
    picture_bytes: int = 4 << 20  # a longer picture is none
    datagrams: int = 1024  # received and not yet read; more are dropped
    rate_times: float = (
        4.0  # a party may send so many times the bit rate that it is asked for (inf: as much as it likes)
    )
    rate_more: int = 1_000_000  # and so many bits per second on top, for sound and what is sent again
    rate_burst: float = 2.0  # what it may send at once, in seconds of that rate; more is dropped

    sound_alone: float = 2.0  # without a picture for so long a segment opens with sound only
    pending: int = 8 << 20  # muxed and not yet taken by the sink: 40 s at 1.7 Mbit/s
    retry: float = 2.0  # after a sink has failed, before the next one is asked for
    jump: float = 10.0  # time stamps that leave the clock by so much begin a new segment
    reports: int = 2048  # sender reports kept per segment and kind; then every other one

    pli: float = 1.0  # at most one request for a key frame in so long
    no_picture: float = 1.0  # packets but no whole picture for so long: ask
    key_frames: float = 10.0  # ask for one so often, so that files can be sought in
    key_frames_thin: float = 2.0  # so often while pictures are black, or so small that they might be
    thin: int = 600  # bytes of a picture that changes nothing
    black: float = 24.0  # mean luma (ITU-R BT.601: black is 16) up to which a picture is black
