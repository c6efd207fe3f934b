"""What was written comes back, whatever way it was written and read; only what is needed is read and kept."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recordings.vault.container import CHUNK, FileWriter, Reader, StreamWriter, digest
from recordings.vault.errors import WriterError
from recordings.vault.format import END, HEADER, OVERHEAD

from .vaulting import KEY, NAME, Memory, file_of, plain, read, reader_of, stream_of

few = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.data_too_large])
SIZES = st.one_of(
    st.integers(0, 300),
    st.builds(lambda chunks, more: max(0, chunks * CHUNK + more), st.integers(0, 5), st.integers(-2, 2)),
)


@given(parts=st.lists(SIZES, max_size=6), seals=st.sets(st.integers(0, 5)))
@few
def test_a_stream_comes_back(parts: list[int], seals: set[int]) -> None:
    sink, written = Memory(), b""
    with StreamWriter(sink, KEY, NAME) as writer:
        for number, size in enumerate(parts):
            written += plain(size, number)
            assert writer.write(plain(size, number)) == size
            if number in seals:
                writer.seal()
        told = writer.size, writer.sha256
    with reader_of(sink.data) as reader:
        assert reader.complete
        assert reader.read() == written
        assert digest(reader) == told
        assert reader.size == len(written)


# (how far from the head's end or the file's end a write begins, size)
WRITES = st.lists(st.tuples(st.sampled_from(["end", "head", "start"]), st.integers(0, 400), SIZES), max_size=8)


@given(writes=WRITES, head=st.sampled_from([0, 1, CHUNK, 2 * CHUNK]), ranges=st.lists(st.tuples(SIZES, SIZES)))
@few
def test_a_file_is_what_a_muxer_made_of_it(writes: Any, head: int, ranges: list[tuple[int, int]]) -> None:
    """Writes at the end, and back into the head: like a plain file. What the writer refuses changes nothing."""
    sink, model = Memory(), io.BytesIO()
    with FileWriter(sink, KEY, NAME, head) as writer:
        for number, (where, offset, size) in enumerate(writes):
            length = len(model.getvalue())
            at = {"end": length, "head": min(length, max(0, head - offset)), "start": min(length, offset)}[where]
            assert writer.seek(at) == writer.tell() == at
            try:
                writer.write(plain(size, number))
            except WriterError:
                assert at + size > head and at < length, "only what is sealed may be refused"
                continue
            model.seek(at)
            model.write(plain(size, number))
            assert writer.size == len(model.getvalue())
    with reader_of(sink.data) as reader:
        assert reader.read() == model.getvalue()
        for start, size in ranges:
            model.seek(start)
            assert reader.seek(start) == start
            assert reader.read(size) == model.read(size)


def test_a_muxer_may_change_the_head_after_all_else_is_sealed() -> None:
    sink, content = Memory(), plain(5 * CHUNK + 17)
    with FileWriter(sink, KEY, NAME, head=CHUNK) as writer:
        writer.write(content)
        writer.seek(100)
        writer.write(b"duration")
        writer.seek(0, io.SEEK_END)
        writer.write(b"cues")
    assert read(sink.data) == content[:100] + b"duration" + content[108:] + b"cues"


def test_what_is_sealed_is_never_sealed_anew() -> None:
    writer = FileWriter(Memory(), KEY, NAME, head=CHUNK)
    writer.write(plain(3 * CHUNK))
    for position in (CHUNK - 1, CHUNK, 3 * CHUNK - 1):
        writer.seek(position)
        with pytest.raises(WriterError, match="sealed already"):
            writer.write(b"xy")
    with pytest.raises(WriterError, match="outside"):
        writer.seek(3 * CHUNK + 1)


class Counting(io.BytesIO):
    """Counts the bytes that were asked of it."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        part = super().read(size)
        self.taken += len(part)
        return part


def test_a_range_costs_its_chunks_and_no_more() -> None:
    content = plain(64 * CHUNK)
    source = Counting(file_of(content))
    reader = Reader(source, KEY, NAME)
    assert source.taken <= HEADER.size + 2 * END, "opening reads the header and the end mark"
    for start, chunks in ((40 * CHUNK + 5, 1), (3 * CHUNK - 10, 2)):
        before = source.taken
        reader.seek(start)
        assert reader.read(100) == content[start : start + 100]
        assert source.taken - before == chunks * (CHUNK + OVERHEAD)


def test_only_the_head_waits_in_memory() -> None:
    sink = Memory()
    writer = FileWriter(sink, KEY, NAME, head=CHUNK)
    writer.write(plain(10 * CHUNK + 5))
    assert len(sink.getvalue()) == HEADER.size + 9 * (CHUNK + OVERHEAD)


@pytest.mark.parametrize("make", [file_of, stream_of])
def test_an_empty_one_and_a_buffered_one(make: Any) -> None:
    with reader_of(make(b"")) as reader:
        assert (reader.size, reader.read(10), reader.read()) == (0, b"", b"")
    content = plain(150_000)
    parts = [content] if make is file_of else [content[at : at + 9_999] for at in range(0, 150_000, 9_999)]
    reader = reader_of(make(*parts))
    buffered = io.BufferedReader(reader, 7_001)
    buffered.seek(70_000)
    assert buffered.read(20_000) == content[70_000:90_000]
    assert reader.seek(-5, io.SEEK_END) == 149_995
    assert reader.read(100) == content[-5:]
    with pytest.raises(ValueError, match="negative"):
        reader.seek(-1)


def test_nothing_of_the_media_stands_in_the_file() -> None:
    content = b"\x1a\x45\xdf\xa3 the sound of a voice " * 9_000
    for data in (file_of(content), stream_of(content[:60_000])):
        assert b"voice" not in data and content[:4] not in data and KEY.key not in data
    assert file_of(content)[HEADER.size :] != file_of(content)[HEADER.size :], "not the same twice"
