"""The bytes that are sealed: nothing can be changed in them that does not change the digest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from rtc_service.chain import FIELDS, GENESIS, SealDigest, canonical, entry_digest

# A busy machine draws slowly, and that is no failure.
patient = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
details = st.dictionaries(
    st.text(), st.recursive(plain, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=6),
    max_size=4,
)  # fmt: skip
times = st.datetimes(min_value=datetime(2000, 1, 1), timezones=st.just(UTC))
entries = st.tuples(
    st.integers(1, 2**62), times, st.text(max_size=64), st.text(max_size=64), st.text(max_size=64),
    st.none() | st.uuids(), st.text(max_size=120), details,
)  # fmt: skip


NOW = datetime(2026, 1, 1, tzinfo=UTC)


def seal(rows: list[Any], previous: str = GENESIS, number: int = 1, at: datetime = NOW) -> str:
    digest = SealDigest(previous, number, at)
    for place, row in enumerate(rows, 1):
        digest.add(canonical(row, place))
    return digest.close(rows[-1][0] if rows else 0)


@patient
@given(entries, entries)
def test_two_entries_have_one_digest_only_if_they_are_the_same(one: Any, two: Any) -> None:
    # By what JSON makes of them: 1 and True, 0.0 and -0.0 are equal in Python and different in the database.
    assume(repr(one) != repr(two))
    assert entry_digest(canonical(one, 1)) != entry_digest(canonical(two, 1))


@patient
@given(entries, st.integers(0, len(FIELDS) - 1), st.data())
def test_each_field_counts(entry: Any, index: int, data: st.DataObject) -> None:
    other = data.draw(entries)
    assume(repr(other[index]) != repr(entry[index]))
    changed = (*entry[:index], other[index], *entry[index + 1 :])
    assert canonical(changed, 1) != canonical(entry, 1)


@patient
@given(st.lists(entries, min_size=2, max_size=5), st.data())
def test_removing_moving_or_repeating_an_entry_changes_the_seal(rows: list[Any], data: st.DataObject) -> None:
    whole = seal(rows)
    index = data.draw(st.integers(0, len(rows) - 1))
    assert seal(rows[:index] + rows[index + 1 :]) != whole
    assert seal([*rows, rows[index]]) != whole
    order = data.draw(st.permutations(rows))
    assume([repr(row) for row in order] != [repr(row) for row in rows])
    assert seal(order) != whole


@patient
@given(st.lists(entries, min_size=2, max_size=4), st.data())
def test_a_boundary_between_seals_cannot_be_moved(rows: list[Any], data: st.DataObject) -> None:
    cut, other = data.draw(st.integers(1, len(rows) - 1)), data.draw(st.integers(1, len(rows) - 1))
    assume(cut != other)
    assert seal(rows[cut:], seal(rows[:cut]), 2) != seal(rows[other:], seal(rows[:other]), 2)


def test_number_time_and_the_seal_before_count() -> None:
    digests = {seal([]), seal([], "f" * 64), seal([], number=2), seal([], at=NOW + timedelta(microseconds=1))}
    assert len(digests) == 4


def test_the_same_moment_in_another_zone_is_the_same_entry() -> None:
    at = datetime(2026, 1, 1, 12, tzinfo=UTC)
    entry = (1, at, "a", "", "", UUID(int=1), "", {"b": 1, "a": 2})
    other = (1, at.astimezone(timezone(timedelta(hours=8))), "a", "", "", UUID(int=1), "", {"a": 2, "b": 1})
    assert canonical(entry, 1) == canonical(other, 1)


def test_the_format_stays_what_it_is() -> None:
    """Seals that exist are verified by later versions: this digest never changes."""
    at = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    entry = (7, at, "call.viewed", "u:7", "203.0.113.9", UUID(int=5), "t", {"é": [1, None]})
    assert canonical(entry, 1) == (
        b'{"action":"call.viewed","actor":"u:7","address":"203.0.113.9","at":"2026-01-02T03:04:05.000006+00:00",'
        b'"call":"00000000-0000-0000-0000-000000000005","data":{"\\u00e9":[1,null]},"id":7,"place":1,"target":"t"}'
    )
    assert seal([entry]) == "7e94a801dbced86fd58c7fa22e79fd173af42750622c0a1d59fce7803f37ab60"


def test_a_field_too_few_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="zip"):
        canonical((1, datetime.now(UTC)), 1)
