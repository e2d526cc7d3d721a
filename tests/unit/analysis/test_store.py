"""Which outcomes count, what is not an outcome, and what is said of a file that cannot be read."""

import gzip
import json
from pathlib import Path

import duckdb
import pytest

from tests.unit.analysis.conftest import Write, finding, outcome
from worker.analysis.errors import AnalysisError
from worker.analysis.flat import LONGEST_OUTCOME
from worker.analysis.store import OutcomeStore

COUNT = "SELECT count(*) FROM counted"


def ids(store: OutcomeStore) -> list[int]:
    """The numbers of the outcomes that count."""
    return [found.int for (found,) in store.rows("SELECT outcome_id FROM counted ORDER BY outcome_id")]


def test_an_outcome_that_comes_twice_counts_once(write: Write) -> None:
    """As after a crash with at-least-once, or when a file is given twice."""
    file = write([outcome(1), outcome(2), outcome(1)])
    with OutcomeStore() as store:
        store.read_file(file)
        store.read_file(file)

        assert store.count() == (4, 0)
        assert ids(store) == [1, 2]


def test_an_outcome_whose_place_another_one_has_taken_does_not_count(write: Write) -> None:
    """Whichever comes first; one that nobody has does no harm."""
    newer = outcome(3, supersedes=f"{2:032x}")
    with OutcomeStore() as store:
        store.read_file(write([outcome(1), newer, outcome(2, "pended"), outcome(4, supersedes=f"{9:032x}")]))

        assert store.count() == (0, 1)
        assert ids(store) == [1, 3, 4]


def test_what_is_not_an_outcome_is_counted_with_its_lines(tmp_path: Path) -> None:
    """Claims, decisions, broken lines; blank lines are nothing."""
    lines = [
        json.dumps(outcome(1)).encode(),
        b"",
        b"not JSON",
        b"[1]",
        b'{"claimInformation": {}}',
        json.dumps(outcome(2) | {"findings": "none"}).encode(),
        b"\xff\xfe",
        json.dumps(outcome(3) | {"claim": None}).encode(),
        json.dumps(outcome(4)).encode(),
    ]
    file = tmp_path / "mixed.jsonl"
    file.write_bytes(b"\n".join(lines))
    with OutcomeStore() as store:
        store.read_file(str(file))
        store.count()

        assert (ids(store), store.not_outcomes.count) == ([1, 4], 6)
        assert store.not_outcomes.places == [f"{file}, line {number}" for number in (3, 4, 5, 6, 7, 8)]


@pytest.mark.parametrize(
    "change",
    [
        {"outcomeId": "JANE DOE"},
        {"outcomeId": None},
        {"disposition": "lost"},
        {"versions": {}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_an_outcome_without_its_members_is_none(write: Write, change: dict[str, object]) -> None:
    """Each of them is in the contract."""
    with OutcomeStore() as store:
        store.read_file(write([outcome(1) | change]))

        assert store.not_outcomes.count == 1
        assert store.rows("SELECT count(*) FROM outcomes") == [(0,)]


def test_only_the_first_places_are_named(tmp_path: Path) -> None:
    """A file that is something else altogether is not listed line by line."""
    file = tmp_path / "claims.jsonl"
    file.write_bytes(b"{}\n" * 1000)
    with OutcomeStore() as store:
        store.read_file(str(file))

        assert (store.not_outcomes.count, len(store.not_outcomes.places)) == (1000, 10)


def test_a_compressed_file_is_read(tmp_path: Path) -> None:
    """By its name."""
    file = tmp_path / "outcomes.jsonl.gz"
    file.write_bytes(gzip.compress(json.dumps(outcome(1)).encode() + b"\nx\n"))
    with OutcomeStore() as store:
        store.read_file(str(file))
        store.count()

        assert ids(store) == [1]
        assert store.not_outcomes.places == [f"{file}, line 2"]


@pytest.mark.parametrize("name", ["damaged.parquet", "damaged.jsonl.gz"])
def test_a_damaged_file_is_named_and_not_quoted(tmp_path: Path, name: str) -> None:
    """What DuckDB says of it may hold a part of it."""
    file = tmp_path / name
    file.write_bytes(b"CANARY" * 100)
    with OutcomeStore() as store, pytest.raises(AnalysisError) as raised:
        store.read_file(str(file))

    assert str(raised.value).startswith(f"{file}: cannot be read as outcomes")
    assert "CANARY" not in str(raised.value)


def test_the_parquet_of_somebody_else_is_refused(tmp_path: Path) -> None:
    """With the columns that it lacks."""
    file = tmp_path / "other.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT 1 AS outcome_id) TO '{file}' (FORMAT parquet)")
    with OutcomeStore() as store, pytest.raises(AnalysisError, match="has no column basis, charge"):
        store.read_file(str(file))


def test_the_parquet_of_an_archive_is_read_as_its_outcomes_are(tmp_path: Path) -> None:
    """A row that was no claim is counted, with its file."""
    file = tmp_path / "archive.parquet"
    made = [outcome(1, "rejected", finding()), outcome(2, code="Q5101", charge="12.50")]
    texts = [*map(json.dumps, made), None, "{}"]
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT unnest(?) AS outcome, 7 AS kept) TO '{file}' (FORMAT parquet)", [texts])
    lines = tmp_path / "outcomes.jsonl"
    lines.write_text("\n".join(map(json.dumps, made)))

    with OutcomeStore() as archived, OutcomeStore() as plain:
        archived.read_file(str(file))
        plain.read_file(str(lines))
        every = "SELECT * FROM outcomes ORDER BY outcome_id"

        assert archived.rows(every) == plain.rows(every)
        assert (archived.not_outcomes.count, archived.not_outcomes.places) == (2, [str(file)])


def test_a_line_that_is_longer_than_an_outcome_can_be_is_refused(tmp_path: Path) -> None:
    """Rather than read into memory."""
    file = tmp_path / "long.jsonl"
    file.write_bytes(json.dumps(outcome(1) | {"more": "x" * 3 * LONGEST_OUTCOME}).encode())
    with OutcomeStore() as store, pytest.raises(AnalysisError, match="cannot be read as outcomes"):
        store.read_file(str(file))


def test_messages_are_read_like_lines() -> None:
    """Those over several lines too; what is not an outcome is named by its place."""
    values = [json.dumps(outcome(1), indent=2).encode(), b"", b"null", b"\xff", json.dumps(outcome(2)).encode()]
    with OutcomeStore() as store:
        store.read_messages(values, lambda: "claims.rejected.v1 0/0 to 0/4")
        store.read_messages([], lambda: "nowhere")
        store.count()

        assert (ids(store), store.not_outcomes.count) == ([1, 2], 3)
        assert store.not_outcomes.places == ["claims.rejected.v1 0/0 to 0/4"]


def test_progress_is_shown_to_the_end(write: Write) -> None:
    """The last word is that all is done."""
    told: list[float] = []
    with OutcomeStore() as store:
        store.read_file(write([outcome(1)]), told.append)

    assert told[-1] == 1.0
    assert told == sorted(told)
