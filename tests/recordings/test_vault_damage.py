"""What is not as it was written is refused, and by which code; a segment after a kill is read as far as it goes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings.vault.container import CHUNK, ContainerError
from recordings.vault.format import END, HEADER, OVERHEAD, SIZE, Cipher, Header
from recordings.vault.keys import FileKey

from .vaulting import KEY, NAME, file_of, plain, read, reader_of, stream_of

WHOLE = CHUNK + OVERHEAD
CONTENT = plain(4 * CHUNK + 1_000)
FILE = file_of(CONTENT, head=2 * CHUNK)  # stored as chunks 2 3 4 0 1
SMALL = file_of(CONTENT[:150_000])  # all in the head: 0 1 2
PARTS = [plain(size, size) for size in (5_000, CHUNK, 1, 300)]
STREAM = stream_of(*PARTS)
CUTS = [HEADER.size]
for part in PARTS:
    CUTS.append(CUTS[-1] + len(part) + OVERHEAD)


def code_of(data: bytes, **more: object) -> str:
    """Why the data is refused; fails when it is not."""
    with pytest.raises(ContainerError) as refused:
        read(data, **more)
    return refused.value.code


def flipped(data: bytes, offset: int, bit: int = 0) -> bytes:
    return data[:offset] + bytes([data[offset] ^ 1 << bit]) + data[offset + 1 :]


def test_the_untouched_ones_are_fine() -> None:
    assert read(FILE) == CONTENT
    assert read(SMALL) == CONTENT[:150_000]
    assert read(STREAM) == b"".join(PARTS)


@pytest.mark.parametrize("data", [FILE, SMALL, STREAM], ids=["file", "small", "stream"])
@pytest.mark.parametrize("offset", range(HEADER.size))
def test_every_bit_of_the_header_counts(data: bytes, offset: int) -> None:
    codes = {code_of(flipped(data, offset, bit)) for bit in range(8)}
    assert codes <= ({"bad_header"} if offset < 5 or offset == 15 else {"bad_header", "changed"})


@pytest.mark.parametrize("data", [FILE, SMALL, STREAM], ids=["file", "small", "stream"])
def test_every_bit_of_the_end_mark_counts(data: bytes) -> None:
    codes = {code_of(flipped(data, len(data) - END + at, bit)) for at in range(END) for bit in range(8)}
    assert codes <= {"changed", "truncated", "out_of_order"}
    assert code_of(flipped(data, len(data) - 1)) == "changed"


@given(data=st.data(), which=st.sampled_from([FILE, SMALL, STREAM]))
@settings(max_examples=300, deadline=None)
def test_any_bit_counts(data: st.DataObject, which: bytes) -> None:
    offset = data.draw(st.integers(0, len(which) - 1))
    assert code_of(flipped(which, offset, data.draw(st.integers(0, 7))))


@pytest.mark.parametrize("start", [HEADER.size + slot * WHOLE for slot in (0, 1)])
def test_a_flipped_bit_in_a_chunk(start: int) -> None:
    for offset in (start, start + 3, start + 4, start + 8, start + 30_000, start + WHOLE - 1):
        assert code_of(flipped(FILE, offset)) == "changed"


def test_a_flipped_bit_is_found_when_its_chunk_is_read_and_each_time() -> None:
    reader = reader_of(flipped(FILE, HEADER.size + 100))  # in chunk 2
    assert reader.read(CHUNK) == CONTENT[:CHUNK]
    for _again in range(2):
        reader.seek(2 * CHUNK + 50_000)
        with pytest.raises(ContainerError, match="chunk 2"):
            reader.read(1)


@pytest.mark.parametrize("data", [FILE, SMALL], ids=["file", "small"])
def test_a_file_cut_anywhere_is_truncated(data: bytes) -> None:
    boundaries = range(HEADER.size, len(data), WHOLE)
    cuts = {0, 3, HEADER.size - 1, len(data) - 1, len(data) - END, *boundaries, *(at + 9 for at in boundaries[:-1])}
    assert {cut: code_of(data[:cut]) for cut in cuts} == dict.fromkeys(cuts, "truncated")


def test_a_stream_cut_anywhere_is_truncated() -> None:
    cuts = {0, 3, *CUTS, *(cut + 5 for cut in CUTS), *(cut + 8 for cut in CUTS), *(cut - 1 for cut in CUTS)}
    assert {cut: code_of(STREAM[:cut]) for cut in cuts} == dict.fromkeys(cuts, "truncated")


def chunks(data: bytes) -> tuple[bytes, list[bytes], bytes]:
    """(header, stored chunks, end mark)."""
    if data is STREAM:
        inner = [data[start:stop] for start, stop in zip(CUTS, CUTS[1:], strict=False)]
    else:
        body = data[HEADER.size : -END]
        short = len(body) % WHOLE
        sizes = [WHOLE, WHOLE, short, WHOLE, WHOLE] if data is FILE else [WHOLE, WHOLE, short]
        inner, at = [], 0
        for size in sizes:
            inner.append(body[at : at + size])
            at += size
    return data[: HEADER.size], inner, data[-END:]


CHANGES: dict[str, tuple[Callable[[list[bytes]], list[bytes]], str]] = {
    "swapped": (lambda c: [c[1], c[0], *c[2:]], "out_of_order"),
    "put in the place of another": (lambda c: [c[1], c[1], *c[2:]], "out_of_order"),
    "given twice": (lambda c: [c[0], c[0], *c[1:]], "out_of_order"),
    "the first one missing": (lambda c: c[1:], ""),
    "the last one missing": (lambda c: c[:-1], ""),
    "all missing": (lambda c: [], ""),
}


@pytest.mark.parametrize("data", [FILE, SMALL, STREAM], ids=["file", "small", "stream"])
@pytest.mark.parametrize("change", list(CHANGES))
def test_chunks_that_were_moved_about(data: bytes, change: str) -> None:
    header, inner, end = chunks(data)
    how, code = CHANGES[change]
    found = code_of(b"".join([header, *how(inner), end]))
    assert found == code if code else found in ("out_of_order", "truncated")


def test_bytes_behind_the_end() -> None:
    for data in (FILE, SMALL, STREAM):
        for more in (b"x", b"x" * 100, data[-END:], data[HEADER.size : HEADER.size + WHOLE], b"\0" * 50):
            assert code_of(data + more) == "changed"


def test_a_chunk_of_another_file_a_renamed_file_and_a_wrong_key() -> None:
    """The same key on purpose: keys are per file, and the chunks are bound to their file besides."""
    for make in (lambda name: file_of(CONTENT, head=2 * CHUNK, name=name), lambda name: stream_of(*PARTS, name=name)):
        mine, other = make(NAME), make("recording/other.rec")
        stop = HEADER.size + 5_000 + OVERHEAD if len(mine) == len(STREAM) else HEADER.size + WHOLE
        assert code_of(mine[: HEADER.size] + other[HEADER.size : stop] + mine[stop:]) == "changed"
        assert code_of(other[: HEADER.size] + mine[HEADER.size :]) == "changed"
        assert code_of(other) == "changed", "put in the place of mine"
        assert code_of(mine, key=FileKey(b"k" * 32)) == "changed"
        again = make(NAME)
        assert code_of(mine[: HEADER.size] + again[HEADER.size : stop] + mine[stop:]) == "changed", "an older version"


@given(cut=st.integers(0, len(STREAM) - 1))
@settings(max_examples=150, deadline=None)
def test_after_a_kill_all_whole_chunks_are_read(cut: int) -> None:
    whole = sum(1 for stop in CUTS[1:] if stop <= cut)
    with reader_of(STREAM[:cut], tolerant=True) as reader:
        assert not reader.complete
        assert reader.read() == b"".join(PARTS[:whole])


def test_tolerance_is_for_cuts_only() -> None:
    with reader_of(STREAM, tolerant=True) as reader:
        assert reader.complete and reader.read() == b"".join(PARTS)
    cut = STREAM[: CUTS[3]]
    assert code_of(flipped(cut, CUTS[1] + 100), tolerant=True) == "changed"
    assert code_of(flipped(STREAM, CUTS[3] + 100), tolerant=True) == "changed", "it is closed: nothing may be missing"
    header, inner, _end = chunks(STREAM)
    assert code_of(header + inner[1] + inner[0], tolerant=True) == "out_of_order"
    assert code_of(FILE[:-1], tolerant=True) == "truncated", "a final file is whole or nothing"
    assert code_of(b"RIFF" + STREAM[4:], tolerant=True) == "bad_header"


@pytest.mark.parametrize("torn", [b"\0" * 40, b"\0" * 200_000])
def test_what_a_power_failure_leaves_behind(torn: bytes) -> None:
    """The length arrived on the disk and the bytes did not."""
    for data in (STREAM[: CUTS[2]] + torn, STREAM[: CUTS[3]] + STREAM[CUTS[3] : CUTS[3] + 8] + b"\0" * 316):
        assert code_of(data) in ("truncated", "changed")
        with reader_of(data, tolerant=True) as reader:
            assert reader.read().startswith(PARTS[0] + PARTS[1])
            assert not reader.complete


def test_an_end_mark_that_counts_differently() -> None:
    """Only who has the key can write one; a writer that lost count must not be believed either."""
    header, inner, _end = chunks(STREAM)
    forged = b"".join(Cipher(KEY, NAME, Header.parse(header)).seal(len(inner), SIZE.pack(1), last=True))
    assert code_of(header + b"".join(inner) + forged) == "changed"
