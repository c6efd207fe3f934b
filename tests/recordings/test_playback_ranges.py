"""RFC 9110, section 14: what is asked for, and what is answered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordings.views.ranges import Part, Unsatisfiable, condition_holds, parse

SIZE = 1000


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-499", Part(0, 499)),
        ("bytes=500-", Part(500, 999)),
        ("bytes=-300", Part(700, 999)),
        ("bytes=-5000", Part(0, 999)),
        ("bytes=999-999", Part(999, 999)),
        ("bytes=0-5000", Part(0, 999)),
        ("Bytes = 1 - 2 ", Part(1, 2)),
        # Ignored: another unit, malformed, several at once, nonsense.
        ("items=0-1", None),
        ("bytes=", None),
        ("bytes=-", None),
        ("bytes=5-2", None),
        ("bytes=0-1,5-6", None),
        ("bytes=0-" + "9" * 40, None),
        ("bytes=٣-٤", None),
        ("bytes=0x10-0x20", None),
        ("bytes=+1-+2", None),
    ],
)
def test_what_a_range_means(header: str, part: Part | None) -> None:
    assert parse(header, SIZE) == part


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=1000-2000", "bytes=-0", "bytes=999999999999999999-"])
def test_a_range_behind_the_end_cannot_be_satisfied(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        parse(header, SIZE)


def test_an_empty_file_satisfies_no_range() -> None:
    for header in ("bytes=0-", "bytes=-1"):
        with pytest.raises(Unsatisfiable):
            parse(header, 0)


def test_a_range_without_an_end_is_cut_and_one_with_an_end_is_not() -> None:
    assert parse("bytes=100-", SIZE, piece=50) == Part(100, 149)
    assert parse("bytes=980-", SIZE, piece=50) == Part(980, 999)
    assert parse("bytes=100-900", SIZE, piece=50) == Part(100, 900)


def test_if_range_holds_for_the_very_same_file_only() -> None:
    assert condition_holds("", '"a"')
    assert condition_holds('"a"', '"a"')
    assert not condition_holds('"b"', '"a"')
    assert not condition_holds('W/"a"', '"a"')
    assert not condition_holds("Wed, 21 Oct 2026 07:28:00 GMT", '"a"')


@given(st.text(max_size=60), st.integers(0, 5000), st.integers(0, 100))
def test_whatever_is_asked_the_part_lies_within_the_file(header: str, size: int, piece: int) -> None:
    try:
        part = parse(f"bytes={header}", size, piece=piece)
    except Unsatisfiable:
        return
    assert part is None or 0 <= part.first <= part.last < size


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_plain_range_is_the_part_that_both_know(first: int, last: int, size: int) -> None:
    try:
        part = parse(f"bytes={first}-{last}", size)
    except Unsatisfiable:
        assert first >= size and last >= first
        return
    assert part == (None if last < first else Part(first, min(last, size - 1)))
