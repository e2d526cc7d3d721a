"""The claims of Parquet, row by row, and what is said of files that hold none."""

import json
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.unit.analysis.conftest import outcome
from worker.analysis.archive import ArchivedClaim, ClaimArchive
from worker.analysis.errors import AnalysisError
from worker.analysis.store import OutcomeStore


def parquet(file: Path, query: str, *parameters: object) -> str:
    """Write the rows of a query."""
    with duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = true")
        connection.execute(f"COPY ({query}) TO '{file}' (FORMAT parquet, ROW_GROUP_SIZE 2048)", list(parameters))
    return str(file)


def test_claims_come_byte_for_byte_in_the_order_of_their_rows(tmp_path: Path) -> None:
    """Over several groups of rows; text and bytes are the same."""
    text = """'{"n": ' || range || ',  "x":"ä"}'"""
    for claim in (text, f"encode({text})"):
        file = parquet(tmp_path / "a.parquet", f"SELECT {claim} AS claim FROM range(5000)")  # noqa: S608 - a test's own
        archive = ClaimArchive(file)

        assert archive.rows == 5000
        assert list(archive.claims()) == [
            ArchivedClaim(place + 1, f'{{"n": {place},  "x":"ä"}}'.encode(), None) for place in range(5000)
        ]


def test_of_an_outcome_the_claim_is_taken_byte_for_byte(tmp_path: Path) -> None:
    """The one that came in where it was corrected; the day is that of its row."""
    claim = '{"claimInformation" : {"n":1.10}}'
    plain = f'{{"outcomeId":"{1:032x}","disposition":"scrubbed","findings":[],"claim":{claim}}}'
    corrected = f'{{"outcomeId":"{2:032x}","claim":{{}},"original":{claim},"findings":[]}}'
    file = parquet(
        tmp_path / "a.parquet",
        "SELECT unnest([?, ?, ?, ?]) AS outcome, DATE '2026-03-20' AS received_on, 1 AS other",
        plain,
        corrected,
        None,
        "{broken",
    )

    assert list(ClaimArchive(file).claims()) == [
        ArchivedClaim(1, claim.encode(), date(2026, 3, 20)),
        ArchivedClaim(2, claim.encode(), date(2026, 3, 20)),
        ArchivedClaim(3, None, date(2026, 3, 20)),
        ArchivedClaim(4, b"{broken", date(2026, 3, 20)),
    ]


def test_a_column_may_be_named(tmp_path: Path) -> None:
    """Whatever is in its name; a day that is not a date is not taken for one."""
    file = parquet(tmp_path / "a.parquet", "SELECT 'x' AS claim, 'y' AS \"my \"\"own\"\"\", 'today' AS received_on")

    assert list(ClaimArchive(file, 'my "own"').claims()) == [ArchivedClaim(1, b"y", None)]
    assert list(ClaimArchive(file).claims()) == [ArchivedClaim(1, b"x", None)]


@pytest.mark.parametrize(
    ("query", "column", "words"),
    [
        ("SELECT 1 AS a, 'x' AS b", None, "has no column claim or outcome, but a, b: name the one"),
        ("SELECT 'x' AS claim", "Claim2", "has no column Claim2, but claim: name the one"),
        ("SELECT {'a': 1} AS claim", None, "column claim is of type STRUCT"),
    ],
)
def test_a_column_that_is_not_there_is_said(tmp_path: Path, query: str, column: str | None, words: str) -> None:
    """With those that are."""
    file = parquet(tmp_path / "a.parquet", query)
    with pytest.raises(AnalysisError, match=words):
        ClaimArchive(file, column)


@pytest.mark.parametrize("damage", ["empty", "text", "cut", "rotten"])
def test_a_damaged_file_is_a_sentence(tmp_path: Path, damage: str) -> None:
    """Which quotes nothing of it."""
    file = parquet(tmp_path / "a.parquet", "SELECT 'SYNTHETIC' || range AS claim FROM range(5000)")
    content = Path(file).read_bytes()
    damaged = {
        "empty": b"",
        "text": b'{"claim": "SYNTHETIC"}\n',
        "cut": content[: len(content) // 2],
        "rotten": content[:10] + b"\xff" * 200 + content[210:],
    }[damage]
    Path(file).write_bytes(damaged)
    with pytest.raises(AnalysisError, match="cannot be read") as error:
        list(ClaimArchive(file).claims())

    assert "SYNTHETIC" not in str(error.value)


@pytest.mark.parametrize("name", ["a[1].parquet", "a*.parquet", "a?.parquet"])
def test_a_name_is_not_a_pattern(tmp_path: Path, name: str) -> None:
    """Neither of an archive nor of outcomes."""
    parquet(tmp_path / "a1.parquet", "SELECT 'other' AS claim")
    file = parquet(tmp_path / "b.parquet", "SELECT 'this' AS claim")
    Path(file).rename(tmp_path / name)
    lines = tmp_path / name.replace("parquet", "jsonl")
    lines.write_text(json.dumps(outcome(1)))

    assert [each.value for each in ClaimArchive(str(tmp_path / name)).claims()] == [b"this"]
    with OutcomeStore() as store:
        store.read_file(str(lines))
        assert store.rows("SELECT count(*) FROM outcomes") == [(1,)]
