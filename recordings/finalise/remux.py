"""One WebM of all segments of a party: every frame as it came, with the right time, and cues in front so that it seeks.

Nothing lies in memory but the frames of one cluster (5 s) and what the muxer keeps back to put the tracks in order.
"""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

import av

from .gaps import Span, grow
from .plan import Plan
from .reading import Frame, frames
from .timing import Kind

HEAD_BYTES = 1 << 20  # what a vault.FileWriter lets us come back to
HEAD_SPARE = 64 << 10  # of it for everything but the cues
CUE_BYTES = 40  # at most, of one cue point
CLUSTER_SECONDS = 4.0  # the muxer's clusters are 5 s long; without a picture each has a cue
MILLISECOND = Fraction(1, 1000)
# What an Opus decoder needs before the first sample comes out right, and so how late its sound is: 312 samples at
# 48 kHz (RFC 7845 4.2, `pre-skip`), 6.5 ms. The head says it, and players take it off again. The muxer wants time
# stamps set back by it, and adds it in whole milliseconds.
OPUS_DELAY_MS = 7
OPUS_SECONDS = 0.02
PROGRESS_FRAMES = 500


@dataclass
class Track:
    """What was written of one kind. `digest` is over all frames in order."""

    count: int = 0
    last: int = -(10**9)  # ms
    moved: int = 0  # frames whose time had to give way to keep the order
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)


@dataclass
class Made:
    """The file as it was written. Times: seconds from `begins`."""

    tracks: dict[Kind, Track]
    spans: list[Span] = field(default_factory=list)
    duration: float = 0.0


def remux(
    plan: Plan,
    writer: io.RawIOBase,
    *,
    begins: float,
    ended: float = math.inf,
    progress: Callable[[], None] = lambda: None,
) -> Made:
    """Write `plan` as WebM (VP8, Opus); time stamp 0 is the moment `begins`. The writer is left open. What a recorder
    that was slow to hear of it captured after `ended` is left out.

    Raises ContainerError when a segment has changed since it was looked through, and what the writer raises."""
    made = Made({kind: Track() for kind in plan.kinds})
    options = {"reserve_index_space": str(space)} if (space := cue_space(plan, begins)) else {}
    container = av.open(
        writer, "w", format="webm", options=options, container_options={"avoid_negative_ts": "disabled"}
    )
    streams = _streams(container, plan)
    for number, (frame, moment) in enumerate(_placed(plan, made, begins, ended)):
        packet = av.Packet(frame.data)
        packet.stream = streams[frame.kind]
        packet.time_base = MILLISECOND
        packet.pts = packet.dts = moment
        packet.is_keyframe = frame.key
        container.mux(packet)
        if number % PROGRESS_FRAMES == 0:
            progress()
    container.close()
    return made


def cue_space(plan: Plan, begins: float) -> int:
    """Bytes to keep free for the cues; 0 when they do not fit into the head and go to the end."""
    points = plan.key_frames if "video" in plan.kinds else (plan.ends - begins) / CLUSTER_SECONDS
    wanted = 4096 + CUE_BYTES * int(points + 1)
    return wanted if wanted <= HEAD_BYTES - HEAD_SPARE else 0


def _streams(container: av.container.OutputContainer, plan: Plan) -> dict[Kind, av.stream.Stream]:
    streams: dict[Kind, av.stream.Stream] = {}
    if "video" in plan.kinds:
        width, height = plan.size
        streams["video"] = container.add_mux_stream("vp8", width=width, height=height, time_base=MILLISECOND)
    if "audio" in plan.kinds:
        # The encoder encodes nothing: it is opened for its head (OpusHead: two channels, 48 kHz, pre-skip 312).
        sound = container.add_stream("libopus", rate=48_000, layout="stereo", format="s16")
        streams["audio"] = sound
    return streams


def _placed(plan: Plan, made: Made, begins: float, ended: float) -> Iterator[tuple[Frame, int]]:
    """All frames to be written with their time stamps in ms, and the account of them in `made`."""
    for stretch in plan.stretches:
        keyed: set[Kind] = set()
        with stretch.source.open() as source:
            for frame in frames(source):
                moment = stretch.clocks[frame.kind].moment(frame.index, frame.seconds)
                if frame.key:
                    keyed.add(frame.kind)
                if frame.kind not in keyed or moment >= min(ended, stretch.until.get(frame.kind, math.inf)):
                    continue
                yield frame, _account(made, frame, moment - begins)
                grow(made.spans, moment - begins, stretch.source)


def _account(made: Made, frame: Frame, at: float) -> int:
    track = made.tracks[frame.kind]
    ms = round(at * 1000) - (OPUS_DELAY_MS if frame.kind == "audio" else 0)
    if ms <= track.last:
        ms, track.moved = track.last + 1, track.moved + 1
    track.last = ms
    track.count += 1
    track.digest.update(frame.data)
    made.duration = max(made.duration, at + (OPUS_SECONDS if frame.kind == "audio" else 0.0))
    return ms
