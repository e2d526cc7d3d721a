"""Packed pairs answer as the rows they were packed from."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.reference.errors import ReferenceDataError
from worker.reference.importing.bad_cells import BadCells
from worker.reference.importing.pair_rows import PairRows
from worker.reference.tables.packed_pairs import PackedPairs, PairsByKey, as_day, days_since_epoch
from worker.reference.tables.policy_rows import NcciPair
from worker.reference.tables.rows import CareSetting

SETTINGS: Sequence[CareSetting] = ("practitioner", "outpatient_hospital")
CODES = ("0213T", "10000", "96413", "99213", "J2357")
START = date(1996, 1, 1)

keys = st.tuples(st.sampled_from(SETTINGS), st.sampled_from(CODES), st.sampled_from(CODES))
# Of each pair: rows one after the other, each so many days long; the last may be open.
lengths = st.lists(st.integers(1, 9000), min_size=1, max_size=3)
tables = st.dictionaries(keys, st.tuples(lengths, st.booleans(), st.sampled_from((0, 1, 9))), max_size=30)


def rows_of(table: dict[tuple[CareSetting, str, str], tuple[list[int], bool, int]]) -> list[NcciPair]:
    """The rows of a table, sorted as a file is."""
    rows = []
    for (setting, column1, column2), (spans, is_open, indicator) in table.items():
        begins = START
        for number, span in enumerate(spans, 1):
            ends = begins + timedelta(days=span)
            last = None if is_open and number == len(spans) else ends
            rows.append(NcciPair(setting, column1, column2, indicator, begins, last, f"reason {indicator}"))
            begins = ends + timedelta(days=1)
    return sorted(rows, key=lambda row: (row.setting, row.column1, row.column2, row.effective_from or START))


def packed(rows: Sequence[NcciPair]) -> bytes:
    """The file of the rows, in whatever order they come."""
    gathered = PairRows()
    for row in reversed(rows):
        last = days_since_epoch(row.effective_to) if row.effective_to else 0
        kind = row.modifier_indicator, row.rationale
        first = days_since_epoch(row.effective_from or START)
        gathered.add(row.setting, row.column1, row.column2, first, last, kind)
    bad = BadCells()
    content = gathered.packed(bad)
    assert not bad.problems
    return content


@given(tables)
def test_every_row_comes_back(table: dict[tuple[CareSetting, str, str], tuple[list[int], bool, int]]) -> None:
    """From the bytes of the file: in order, by number, by key, and no other pair is held."""
    rows = rows_of(table)
    pairs = PackedPairs(packed(rows))
    by_key = PairsByKey(pairs)

    assert list(pairs) == rows
    assert list(pairs[1:]) == rows[1:]
    assert list(pairs.problems()) == []
    for key in product(SETTINGS, CODES, CODES):
        expected = tuple(row for row in rows if (row.setting, row.column1, row.column2) == key)
        assert pairs.of(*key) == expected
        assert (key in by_key) == bool(expected) == (key in table)
    assert set(by_key) == set(table)
    for setting in SETTINGS:
        assert pairs.seconds(setting) == {row.column2 for row in rows if row.setting == setting}


@pytest.mark.parametrize("key", [("practitioner", "96413", "X"), ("practitioner", "X", "99213"), ("dme", "1", "2")])
def test_what_is_not_held_is_not_found(key: tuple[str, str, str]) -> None:
    """A code or a setting that no row has."""
    pairs = PackedPairs(packed([NcciPair("practitioner", "96413", "99213", 1, START, None, "reason")]))

    assert not pairs.holds(*key)
    assert pairs.of(*key) == ()
    assert not pairs.holds("practitioner", "99213", "96413")
    assert pairs.seconds("dme") == frozenset()


@pytest.mark.parametrize("number", [0, 1, 65535])
def test_days_come_back(number: int) -> None:
    """From the day after the epoch on; 0 means none."""
    day = as_day(number)

    assert (day is None) == (number == 0)
    assert day is None or days_since_epoch(day) == number


@pytest.mark.parametrize(
    ("cut", "expected"),
    [
        (lambda content: content[:-1], "expected 1 pairs below the first line"),
        (lambda content: content + b"\0", "expected 1 pairs below the first line"),
        (lambda content: content.replace(b"pairs 1", b"pairs 2"), "a first line of JSON with the format"),
        (lambda _: b"column1,column2\n", "a first line of JSON with the format"),
    ],
)
def test_a_damaged_file_is_refused(cut: Callable[[bytes], bytes], expected: str) -> None:
    """Cut, longer, of another format, or a listed table."""
    content = packed([NcciPair("practitioner", "96413", "99213", 1, START, None, "reason")])

    with pytest.raises(ReferenceDataError, match=expected):
        PackedPairs(cut(content))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (b'"96413","99213"', b'"99213","96413"', "each once and sorted"),
        (b'"96413"', b'"9641?"', "codes of five characters"),
        (b"[[1,", b"[[2,", "expected the modifier indicators 0, 1 and 9, found 2"),
    ],
)
def test_wrong_codes_and_kinds_are_named(old: bytes, new: bytes, expected: str) -> None:
    """In the first line of the file."""
    content = packed([NcciPair("practitioner", "96413", "99213", 1, START, None, "reason")])
    assert old in content

    assert any(expected in problem for problem in PackedPairs(content.replace(old, new)).problems())


def test_rows_out_of_order_are_named() -> None:
    """Two rows of one code changed about would never be found."""
    rows = [NcciPair("practitioner", "10000", second, 1, START, None, "reason") for second in ("96413", "99213")]
    content = packed(rows)
    seconds = (1).to_bytes(2, "little") + (2).to_bytes(2, "little")
    assert content.count(seconds) == 1

    problems = list(PackedPairs(content.replace(seconds, seconds[2:] + seconds[:2])).problems())

    assert problems == ["practitioner 10000+96413: is not in the order of the second code"]


def test_a_code_beyond_the_list_is_named() -> None:
    """A row that speaks of no code."""
    content = packed([NcciPair("practitioner", "96413", "99213", 1, START, None, "reason")])
    body = len(content) - 7

    problems = list(PackedPairs(content[:body] + b"\x09" + content[body + 1 :]).problems())

    assert problems == ["a row has a code or a kind that the first line does not hold"]
