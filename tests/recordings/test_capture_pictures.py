"""Pictures of other sizes, and pictures that show nothing."""

from __future__ import annotations

from recordings.capture.rehearsal import Piece, Source, encode_pictures, plain_picture
from recordings.capture.watch import mean_luma

from .capturing import HEIGHT, WIDTH, captured, clock_pictures, decoded, sent, until, within


def later(pieces: list[Piece] | tuple[Piece, ...], milliseconds: int) -> list[Piece]:
    return [Piece(piece.data, piece.at + milliseconds, piece.key) for piece in pieces]


def black(count: int) -> list[Piece]:
    return encode_pictures(
        count, width=WIDTH, height=HEIGHT, key_every=30, paint=lambda number: plain_picture(WIDTH, HEIGHT, 16)
    )


def grey(count: int) -> list[Piece]:
    return encode_pictures(count, width=WIDTH, height=HEIGHT, key_every=30)


def test_the_size_may_change_in_mid_call() -> None:
    async def main() -> None:
        small, large = clock_pictures(30), clock_pictures(30, 30, 640, 360)
        picture = Source("video", [*small, *later(large, 1000)])
        async with captured(picture=picture) as call:
            await call.finish()
            (sink,) = call.sinks
            assert sink.frames("video") == sent(picture)
            assert {(frame.width, frame.height) for frame in decoded(sink)} == {(320, 180), (640, 360)}
            assert (sink.counts["width"], sink.counts["height"]) == (640, 360)

    within(main())


def test_black_pictures_are_noticed_and_the_end_of_them_too() -> None:
    async def main() -> None:
        picture = Source("video", [*grey(30), *later(black(120), 1000), *later(grey(120), 5000)])
        async with captured(picture=picture) as call:
            await until(lambda: call.stats.luma is not None, "a look at the first key frame")
            assert not call.stats.black
            await until(lambda: call.stats.black, "black to be noticed")
            assert picture.sent[-1].at < 1000 + 3500
            await until(lambda: not call.stats.black, "the picture to be back")
            assert picture.sent[-1].at < 5000 + 3500

    within(main())


def test_luma_of_a_key_frame() -> None:
    for luma in (16, 120, 235):
        (piece,) = encode_pictures(1, width=640, height=360, paint=lambda number, y=luma: plain_picture(640, 360, y))  # type: ignore[misc]
        found = mean_luma(piece.data)
        assert found is not None
        assert abs(found - luma) < 3
    assert mean_luma(b"\x10\x00\x00\x9d\x01\x2a\x10\x00\x10\x00") is None  # nothing behind its header
