"""Packed pairs answer as the rows they were packed from."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.reference.errors import ReferenceDataError
from worker.reference.importing.bad_cells import BadCells
from worker.reference.importing.pair_rows import PairRows
from worker.reference.tables.answer import Found, NotInForce
from worker.reference.tables.dated import Period
from worker.reference.tables.edition import Edition
from worker.reference.tables.packed_pairs import MOST_SHORT, PackedPairs, PackedRow, as_day, days_since_epoch, pack
from worker.reference.tables.pairs import CodePairs, ListedPairs
from worker.reference.tables.policy_rows import NcciPair, PairTerms
from worker.reference.tables.rows import CareSetting

SETTINGS: Sequence[CareSetting] = ("practitioner", "outpatient_hospital")
CODES = ("0213T", "10000", "96413", "99213", "J2357")
START = date(1996, 1, 1)
ONE = NcciPair(1, START, None, "reason", "practitioner", "96413", "99213")
EDITION = Edition("ncci_pairs", "2026q4", date(2026, 10, 1), date(2026, 12, 31), date(2026, 10, 1), 1, "", "", 1096)

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
            rows.append(NcciPair(indicator, begins, last, f"reason {indicator}", setting, column1, column2))
            begins = ends + timedelta(days=1)
    return sorted(rows, key=lambda row: (row.setting, row.column1, row.column2, row.effective_from or START))


def terms_of(row: NcciPair) -> PairTerms:
    """What pairs may have in common."""
    return PairTerms(row.modifier_indicator, row.effective_from, row.effective_to, row.rationale)


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

    assert list(pairs) == rows
    assert list(pairs[1:]) == rows[1:]
    assert list(pairs.problems()) == []
    for key in product(SETTINGS, CODES, CODES):
        expected = tuple(terms_of(row) for row in rows if (row.setting, row.column1, row.column2) == key)
        terms = pairs.terms_of(*key)
        assert (pairs.terms[terms] if terms is not None else ()) == expected
        assert pairs.holds(*key) == bool(expected) == (key in table)
    for setting in SETTINGS:
        assert pairs.seconds(setting) == {row.column2 for row in rows if row.setting == setting}


@pytest.mark.parametrize("key", [("practitioner", "96413", "X"), ("practitioner", "X", "99213"), ("dme", "1", "2")])
def test_what_is_not_held_is_not_found(key: tuple[str, str, str]) -> None:
    """A code or a setting that no row has."""
    pairs = PackedPairs(packed([ONE]))

    assert not pairs.holds(*key)
    assert pairs.terms_of(*key) is None
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
        (lambda content: content.replace(b"pairs 2", b"pairs 1"), "a first line of JSON with the format"),
        (lambda _: b"column1,column2\n", "a first line of JSON with the format"),
    ],
)
def test_a_damaged_file_is_refused(cut: Callable[[bytes], bytes], expected: str) -> None:
    """Cut, longer, of another format, or a listed table."""
    content = packed([ONE])

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
    content = packed([ONE])
    assert old in content

    assert any(expected in problem for problem in PackedPairs(content.replace(old, new)).problems())


def test_rows_out_of_order_are_named() -> None:
    """Two rows of one code changed about would never be found."""
    rows = [NcciPair(1, START, None, "reason", "practitioner", "10000", second) for second in ("96413", "99213")]
    content = packed(rows)
    seconds = (1).to_bytes(2, "little") + (2).to_bytes(2, "little")
    assert content.count(seconds) == 1

    problems = list(PackedPairs(content.replace(seconds, seconds[2:] + seconds[:2])).problems())

    assert problems == ["practitioner 10000+96413: is not in the order of the second code"]


@pytest.mark.parametrize("from_the_end", [5, 4, 2])
def test_what_the_first_line_does_not_hold_is_named(from_the_end: int) -> None:
    """A row that speaks of no code or of no terms, terms of no kind."""
    content = packed([ONE])
    at = len(content) - from_the_end

    problems = list(PackedPairs(content[:at] + b"\x09" + content[at + 1 :]).problems())

    assert problems == ["a row has a code, terms or a kind that the first line does not hold"]


@pytest.mark.parametrize("count", [MOST_SHORT, MOST_SHORT + 1])
def test_more_terms_than_16_bits_name_come_back(count: int) -> None:
    """Each number then takes 32 bits; the most frequent terms come first."""
    codes = [f"{number:05d}" for number in range(300)]
    rows = [PackedRow(at % len(codes), 0, at // 2 + 1, at % 2) for at in range(count)]
    twice = [*rows, PackedRow(count % len(codes), *rows[-1][1:])]
    groups = [twice[at : at + len(codes)] for at in range(0, len(twice), len(codes))]
    groups += [[]] * (len(codes) - len(groups))

    pairs = PackedPairs(pack(["practitioner"], codes, [(0, "a"), (1, "b")], groups))

    assert len(pairs.common) == count
    assert pairs.read_terms(0) == PairTerms(rows[-1].kind, as_day(rows[-1].first), None, "ab"[rows[-1].kind])
    assert [pairs.group("practitioner", code) for code in codes] == groups


def asked(pairs: CodePairs, key: tuple[CareSetting, str, str], on: date) -> tuple[object, ...]:
    """The kind of an answer, its terms and the days beside which it is not in force."""
    setting, column1, column2 = key
    answer = pairs.of_pair(column1, column2, setting, on)
    row = answer.row if isinstance(answer, Found | NotInForce) else None
    days = (answer.valid_from, answer.valid_to) if isinstance(answer, NotInForce) else ()
    return type(answer), row and (row.modifier_indicator, row.effective_from, row.effective_to, row.rationale), days


@given(tables)
def test_packed_pairs_answer_as_listed_ones(
    table: dict[tuple[CareSetting, str, str], tuple[list[int], bool, int]],
) -> None:
    """On the first and last day of each row and the days beside them, carried, and where trust ends."""
    rows = rows_of(table)
    packed_ones, listed_ones = (
        CodePairs(EDITION, pairs, lambda row: Period(row.effective_from, row.effective_to))
        for pairs in (PackedPairs(packed(rows)), ListedPairs(rows))
    )
    days = {day for row in rows for day in (row.effective_from, row.effective_to) if day}
    days |= {EDITION.in_force_to or START, EDITION.trusted_to or START}
    beside = {day + timedelta(days=away) for day in days for away in (-1, 0, 1)}

    for key, on in product(product(SETTINGS, CODES, CODES), beside):
        assert asked(packed_ones, key, on) == asked(listed_ones, key, on)
        setting, column1, column2 = key
        assert packed_ones.is_held(column1, column2, setting) == listed_ones.is_held(column1, column2, setting)
        assert packed_ones.is_second(column2, setting) == listed_ones.is_second(column2, setting)


def test_pairs_on_the_same_terms_share_an_answer() -> None:
    """It is made when the pairs are loaded, so that the first question finds it."""
    rows = [replace(ONE, column2=column2) for column2 in ("99213", "J2357")]
    pairs = CodePairs(EDITION, PackedPairs(packed(rows)), lambda row: Period(row.effective_from, row.effective_to))

    one, other = (pairs.of_pair("96413", row.column2, "practitioner", date(2026, 10, 1)) for row in rows)

    assert one is other
