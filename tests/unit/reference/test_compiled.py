"""Compiled tables answer exactly as tables that were read as a whole."""

import csv
from collections.abc import Mapping
from datetime import date
from io import StringIO
from itertools import pairwise, product
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.reference.small_folder import SHIPPED
from worker.reference.build.assembly import assemble
from worker.reference.build.building import read_all
from worker.reference.build.loading import read_folder
from worker.reference.compiled import compile_tables, open_compiled
from worker.reference.errors import ReferenceDataError
from worker.reference.files.raw_rows import csv_bytes
from worker.reference.files.read_table import row_lengths
from worker.reference.tables.dated import ByEdition, ByRow, GroupsByRow
from worker.reference.tables.declared import LoadedTables
from worker.reference.tables.diagnoses import Diagnoses
from worker.reference.tables.snapshot import Snapshot
from worker.reference.tables.table_set import TABLES, Tables

OF = "these tables"
DATES = (
    date(2009, 12, 31),
    date(2018, 12, 31),
    date(2024, 6, 30),
    date(2024, 7, 1),
    date(2025, 3, 31),
    date(2025, 9, 30),
    date(2025, 10, 1),
    date(2026, 1, 1),
    date(2026, 8, 3),
    date(2031, 1, 1),
)
MOST_KEYS_ASKED = 400
KEYED = [table.member for table in TABLES if table.columns and table is not Tables.exclusions]


@pytest.fixture(scope="module")
def files() -> Mapping[str, bytes]:
    """The shipped tables."""
    return read_folder(SHIPPED)


@pytest.fixture(scope="module")
def loaded(files: Mapping[str, bytes]) -> LoadedTables:
    """The shipped tables, read as a whole."""
    return read_all(files)


@pytest.fixture(scope="module")
def compiled(loaded: LoadedTables, files: Mapping[str, bytes]) -> bytes:
    """Their compiled form."""
    return compile_tables(loaded, files, OF)


@pytest.fixture(scope="module")
def from_compiled(compiled: bytes, files: Mapping[str, bytes]) -> Snapshot:
    """The snapshot over the compiled form."""
    snapshot = open_compiled(compiled, files, OF)
    assert snapshot is not None
    return snapshot


@pytest.fixture(scope="module")
def from_files(loaded: LoadedTables) -> Snapshot:
    """The snapshot over what was read as a whole."""
    return assemble(loaded)


DatedRows: TypeAlias = ByRow[object, object] | GroupsByRow[object, object] | ByEdition[object, object]


def ways(snapshot: Snapshot, name: str) -> list[DatedRows]:
    """How the rows of a table are found: by all its key columns together, or by each alone."""
    index = getattr(snapshot.tables, name)
    return list(index.values()) if isinstance(index, Mapping) else [index]


def rows_by_key(table: DatedRows) -> list[Mapping[object, object]]:
    """What a table holds, an edition at a time."""
    return [table.rows] if isinstance(table, (ByRow, GroupsByRow)) else table.rows


@pytest.mark.parametrize(
    "step", [pytest.param(1, id="all", marks=pytest.mark.whole), pytest.param(10, id="a tenth of those with many")]
)
@pytest.mark.parametrize("name", KEYED)
def test_each_row_of_each_table_is_the_same(
    from_compiled: Snapshot, from_files: Snapshot, name: str, step: int
) -> None:
    """Every edition has the same keys, and under each the same rows in the same order."""
    for ours, theirs in zip(ways(from_compiled, name), ways(from_files, name), strict=True):
        for held, rows in zip(rows_by_key(ours), rows_by_key(theirs), strict=True):
            keys = list(rows)

            assert keys
            assert set(held) == set(keys)
            for key in keys if len(keys) <= MOST_KEYS_ASKED else keys[::step]:
                assert held[key] == rows[key], key


def test_the_notes_on_diagnoses_are_the_same(from_compiled: Snapshot, from_files: Snapshot) -> None:
    """They are found by the beginnings of a code, which no key of the table has to be."""
    ours, theirs = from_compiled.tables.exclusions, from_files.tables.exclusions

    assert [dict(rows) for rows in ours.rows] == [dict(rows) for rows in theirs.rows]
    for code, on in product(("M0579", "G35", "J45", "Z00", "no such code"), DATES):
        assert ours.answer(code, on) == theirs.answer(code, on)


@pytest.mark.parametrize("name", KEYED)
def test_each_key_of_each_table_has_the_same_answers(from_compiled: Snapshot, from_files: Snapshot, name: str) -> None:
    """On ten days: before, in, between and after the editions; the second time it is asked as well.

    Of a large table some hundred keys, from all of its length: what it holds under each key is compared above.
    """
    for ours, theirs in zip(ways(from_compiled, name), ways(from_files, name), strict=True):
        keys = [key for rows in rows_by_key(theirs) for key in rows]
        keys = keys[:: max(1, len(keys) // MOST_KEYS_ASKED)]

        for key, on in product((*keys, "no such key", ("no", "such"), ("no", "such", "key")), DATES):
            assert ours.answer(key, on) == theirs.answer(key, on)
            assert ours.answer(key, on) == theirs.answer(key, on)


def test_each_diagnosis_has_the_same_answers(from_compiled: Snapshot, from_files: Snapshot) -> None:
    """Codes of either year, their categories, and codes of neither."""
    ours, theirs = from_compiled.tables.diagnoses, from_files.tables.diagnoses
    assert isinstance(ours, Diagnoses)
    assert ours.years == theirs.years

    codes = {code for _, held in theirs.years for code in held[::50]}
    for code in codes | {code[:3] for code in codes} | {"", "X", "Z999999"}:
        for on in DATES:
            assert ours.answer(code, on) == theirs.answer(code, on)
            assert ours.billable_below(code, on) == theirs.billable_below(code, on)


def test_drugs_are_found_by_the_same_names(from_compiled: Snapshot, from_files: Snapshot, loaded: LoadedTables) -> None:
    """Each name of each drug, and two in one text."""
    ((_, drugs),) = loaded.of(Tables.drugs).editions
    texts = [name for drug in drugs for name in (*drug.names, drug.short_description or "")]

    for text in (*texts, *(f"{first} and {second}" for first, second in pairwise(texts[:200]))):
        assert from_compiled.drugs_named(text) == from_files.drugs_named(text)


def test_the_whole_is_the_same(from_compiled: Snapshot, from_files: Snapshot) -> None:
    """Digest and editions are in outcomes and metrics."""
    assert (from_compiled.digest, from_compiled.editions) == (from_files.digest, from_files.editions)
    assert from_compiled.modifier_exclusions == from_files.modifier_exclusions


@pytest.mark.parametrize("at", [0, 63, 64, 5_000, -1])
def test_a_damaged_form_is_not_opened(compiled: bytes, files: Mapping[str, bytes], at: int) -> None:
    """One changed byte is enough, in the digest or behind it."""
    damaged = bytearray(compiled)
    damaged[at] ^= 1

    assert open_compiled(bytes(damaged), files, OF) is None


def test_a_form_that_was_cut_off_is_not_opened(compiled: bytes, files: Mapping[str, bytes]) -> None:
    """A write that ended early leaves nothing that could be taken for tables."""
    for length in (0, 10, 64, len(compiled) - 1):
        assert open_compiled(compiled[:length], files, OF) is None


def test_the_form_of_other_tables_is_not_opened(compiled: bytes, files: Mapping[str, bytes]) -> None:
    """Other tables, or code that reads them otherwise."""
    assert open_compiled(compiled, files, "others") is None


def test_a_row_that_is_not_the_compiled_one_is_refused(compiled: bytes, files: Mapping[str, bytes]) -> None:
    """Whoever calls must bring the files that were compiled; a row is never taken for another one."""
    path = "drugs/2026-10.csv"
    others = {**files, path: files[path].replace(b"J2357", b"J2356")}
    snapshot = open_compiled(compiled, others, OF)
    assert snapshot is not None

    with pytest.raises(ReferenceDataError, match=r"drugs/2026-10\.csv: row \d+ is not the one that was compiled"):
        snapshot.drug("J2357", date(2026, 1, 1))


@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\0")), min_size=2, max_size=4), min_size=1
    )
)
def test_the_lengths_of_rows_cut_a_file_into_its_rows(rows: list[list[str]]) -> None:
    """With quotes, commas, line feeds and characters of several bytes in the cells."""
    content = csv_bytes(("a", "b"), rows)

    cut: list[list[str]] = []
    start = 0
    for length in row_lengths(content):
        cut += csv.reader(StringIO(content[start : start + length].decode(), newline=""))
        start += length

    assert cut == [["a", "b"], *rows]
    assert start == len(content)
