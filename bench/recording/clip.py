"""What is sent: 720p VP8 at 30 fps and 1.7 Mbit/s, and Opus. Encoded once, read by all processes."""

from __future__ import annotations

import pickle
import random
from pathlib import Path

from av.video.frame import VideoFrame

from recordings.capture.rehearsal import Piece, encode_pictures, encode_sound, plain_picture

WIDTH, HEIGHT, RATE = 1280, 720, 30
BITRATE = 1_700_000
SECONDS = 4  # then it begins again, with a key frame


def make(path: Path) -> None:
    pictures = encode_pictures(
        SECONDS * RATE, width=WIDTH, height=HEIGHT, bitrate=BITRATE, key_every=SECONDS * RATE, paint=_scene
    )
    path.write_bytes(pickle.dumps((pictures, encode_sound(SECONDS))))


def load(path: str) -> tuple[list[Piece], list[Piece]]:
    """Pictures, sound."""
    pictures, sound = pickle.loads(Path(path).read_bytes())  # noqa: S301 - written by `make` a moment ago
    return pictures, sound


def repeated(pieces: list[Piece], seconds: float) -> list[Piece]:
    """For so long."""
    found, round_ = [], 0
    while round_ * SECONDS < seconds:
        found += [Piece(piece.data, piece.at + round_ * SECONDS * 1000, piece.key) for piece in pieces]
        round_ += 1
    return [piece for piece in found if piece.at < seconds * 1000]


def _scene(number: int) -> VideoFrame:
    """A smooth wall, and before it somebody who moves: grain in a square that wanders, other grain in each picture."""
    frame = plain_picture(WIDTH, HEIGHT, 128)
    plane = frame.planes[0]
    line, grain = plane.line_size, random.Random(number)
    rows = bytearray(plane.buffer_size)
    left, top = 400 + number % 60, 200
    for row in range(HEIGHT):
        at = row * line
        rows[at : at + WIDTH] = _WALL[row : row + WIDTH]
        if top <= row < top + SQUARE:
            middle = 100 + row % 16
            rows[at + left : at + left + SQUARE] = bytes(
                (middle + (bits & 15)) & 0xFF for bits in grain.randbytes(SQUARE)
            )
    plane.update(bytes(rows))
    return frame


SQUARE = 240
_WALL = bytes(80 + index * 90 // (WIDTH + HEIGHT) for index in range(WIDTH + HEIGHT))
