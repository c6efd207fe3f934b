"""A finished recording without a recorder: both parties' WebM with a time code in the picture and a beep each second,
sealed into the vault beside the rows. `python -m tests.harness.recorded` makes one in a site's database."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction
from functools import cache
from typing import Any

import av
import numpy as np

RATE = 48_000
BITS = 14  # of the frame number in the picture: 50 ms units since the recording's begin
UNIT = 0.05
Gap = tuple[float, float, str]


@cache
def _person(hue: int, size: tuple[int, int]) -> np.ndarray[Any, Any]:
    width, height = size
    frame = np.empty((height, width, 3), np.uint8)
    rows, columns = np.mgrid[0:height, 0:width]
    shade = (rows / height * 60 + columns / width * 40).astype(np.uint8)
    frame[...] = np.stack([shade + 30 + hue // 3, shade + 40, shade + 110 - hue // 3], -1)
    x, y = columns - width / 2, rows - height * 0.6
    head = (x / (height * 0.17)) ** 2 + ((y + height * 0.12) / (height * 0.21)) ** 2 < 1
    body = (x / (height * 0.42)) ** 2 + ((y - height * 0.42) / (height * 0.3)) ** 2 < 1
    frame[body] = (90 + hue // 2, 110, 190 - hue // 2)
    frame[head] = (232, 190, 160)
    return frame


@cache
def _dial(height: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    radius = int(height * 0.13)
    rows, columns = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    return rows, columns


def picture(at: float, hue: int, size: tuple[int, int]) -> np.ndarray[Any, Any]:
    """A frame that shows its own time: a row of blocks for scripts, a hand that turns for people."""
    width, height = size
    frame = _person(hue, size).copy()
    rows, columns = _dial(height)
    angle, radius = at * np.pi / 5, len(rows) // 2
    along = columns * np.sin(angle) - rows * np.cos(angle)
    across = np.abs(columns * np.cos(angle) + rows * np.sin(angle))
    top, left = height - 2 * radius - 12, width - 2 * radius - 12
    frame[top : top + len(rows), left : left + len(rows)][(along > 0) & (along < radius) & (across < 3)] = 255
    unit, block = round(at / UNIT), width // BITS
    for bit in range(BITS):
        frame[0 : block // 2, bit * block : (bit + 1) * block] = 255 if unit >> bit & 1 else 0
    return frame


@cache
def webm(
    seconds: float, *, offset: float = 0.0, gaps: Sequence[Gap] = (), hue: int = 0,
    size: tuple[int, int] = (320, 180), fps: int = 20,
) -> bytes:  # fmt: skip
    """VP8 and Opus with cues. `offset`: the recording's time at time stamp 0; `gaps` in the file's own seconds."""
    sink = io.BytesIO()
    with av.open(sink, "w", format="webm", options={"reserve_index_space": "20000"}) as out:
        video: Any = out.add_stream("libvpx", rate=fps)
        video.width, video.height, video.pix_fmt, video.gop_size = *size, "yuv420p", fps * 2
        video.bit_rate, video.codec_context.time_base = 900_000, Fraction(1, 1000)
        video.options = {"deadline": "realtime", "cpu-used": "16", "lag-in-frames": "0"}
        sound: Any = out.add_stream("libopus", rate=RATE, layout="mono")
        for number in range(int(seconds * fps)):
            at = number / fps
            if any(start <= at < end for start, end, _cause in gaps):
                continue
            frame = av.VideoFrame.from_ndarray(picture(at + offset, hue, size), "rgb24")
            frame.pts, frame.time_base = round(at * 1000), Fraction(1, 1000)
            out.mux(video.encode(frame))
            if number % (fps // 10) == 0:
                out.mux(sound.encode(_beep(at, offset, hue)))
        out.mux(video.encode())
        out.mux(sound.encode())
    return sink.getvalue()


def _beep(at: float, offset: float, hue: int) -> av.AudioFrame:
    """A tenth of a second of sound: a tone in the first one of each second."""
    times = np.arange(RATE // 10) / RATE + at + offset
    loud = 9000 if (at + offset) % 1 < 0.1 - 1e-6 else 0
    samples = (np.sin(times * 2 * np.pi * (440 + hue * 2)) * loud).astype(np.int16)
    frame = av.AudioFrame.from_ndarray(samples[None, :], "s16", "mono")
    frame.sample_rate, frame.pts, frame.time_base = RATE, round(at * RATE), Fraction(1, RATE)
    return frame


def recording_of(call: Any, *, state: str = "ready", begins: float = 1.0, seconds: float = 60.0) -> Any:
    """The row alone; `begins` in seconds after the answer."""
    from recordings.models import Recording

    started = call.answered + timedelta(seconds=begins)
    return Recording.objects.create(
        call=call,
        state=state,
        state_since=started,
        requested=call.requested,
        started=started,
        ended=started + timedelta(seconds=seconds),
    )


def seal(recording: Any, party: Any, media: bytes, **fields: Any) -> Any:
    """One party's file, as the finaliser leaves it. `after`: its begin in seconds after the recording's."""
    from recordings.models import RecordingFile
    from recordings.vault import keys, store
    from recordings.vault.container import FileWriter

    name = f"{recording.uuid}/{party.uuid}.rec"
    key, key_id, wrapped = keys.new(name)
    with FileWriter(store.create(name), key, name) as writer:
        writer.write(media)
    begins = recording.started + timedelta(seconds=fields.pop("after", 0.0))
    given = {"role": party.role, "begins": begins, "duration": 60.0, "has_sound": True, "has_picture": True} | fields
    return RecordingFile.objects.create(
        recording=recording,
        party=party,
        name=name,
        key_id=key_id,
        wrapped_key=wrapped,
        size=len(media),
        sha256=hashlib.sha256(media).hexdigest(),
        **given,
    )


def whole(call: Any, *, seconds: float = 60.0) -> Any:
    """Both parties of a finished call, with a pause of both and a hole of the customer's alone."""
    pause: Gap = (20.0, 24.0, "paused")
    hole: Gap = (36.0, 39.0, "no_recorder")
    after = 0.8  # staff's file begins later
    recording = recording_of(call, seconds=seconds)
    customer = call.participants.get(role="customer")
    staff = call.participants.get(role="staff")
    size = {"width": 320, "height": 180}
    seal(recording, customer, webm(seconds, gaps=(pause, hole), hue=150), gaps=[pause, hole], duration=seconds, **size)
    own = (pause[0] - after, pause[1] - after, pause[2])
    media = webm(seconds - after, offset=after, gaps=(own,))
    seal(recording, staff, media, gaps=[own], duration=seconds - after, after=after, **size)
    return recording


def main() -> None:
    """Make a call of alice's that bob took, and its recording; answers {"call", "recording"} as JSON."""
    import django

    django.setup()
    from django.contrib.auth import get_user_model

    from rtc_service.services import visitors
    from tests.admin import seeding

    users = get_user_model().objects
    visitor = visitors.for_user(users.get(username="alice").pk, name="Alice Liddell")
    call = seeding.whole_call(visitor, users.get(username="bob"))
    print(json.dumps({"call": str(call.uuid), "call_pk": call.pk, "recording": str(whole(call).uuid)}))


if __name__ == "__main__":
    main()
