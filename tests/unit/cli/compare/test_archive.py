"""`claimscrub compare` over Parquet: archives of claims, and what `claimscrub export` writes."""

import json
from datetime import date
from pathlib import Path

import duckdb
import pytest
from click.testing import Result

from tests.unit.cli.compare.test_command import half_a_unit, run
from worker.analysis.export import ExportFolder, OutcomePartition, OutcomeRecord
from worker.bootstrap import shipped_config_directory
from worker.pipeline.scrub import Pipeline
from worker.samples.drugs import OMALIZUMAB
from worker.samples.synthetic import RECEIVED_ON, SERVICE_DATE, claim


@pytest.fixture
def sides(candidate: Path) -> tuple[str | Path, ...]:
    """The candidate against the shipped configuration, in a form that can be read."""
    return "--config", candidate, "--against", shipped_config_directory(), "--format", "json"


@pytest.fixture
def values() -> list[bytes]:
    """A sound claim and one that the candidate judges differently."""
    sound = claim(OMALIZUMAB.lines(SERVICE_DATE), diagnoses=OMALIZUMAB.diagnoses)
    return [json.dumps(each).encode() for each in (sound, half_a_unit())]


def archive(file: Path, column: str, values: list[bytes | None]) -> Path:
    """A Parquet file with a column of bytes."""
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE rows (id INTEGER, {column} BLOB)")
        for each in values:
            connection.execute("INSERT INTO rows VALUES (1, ?)", [each])
        connection.execute(f"COPY rows TO '{file}' (FORMAT parquet)")
    return file


def totals(result: Result) -> tuple[int, int, int]:
    """How many claims were compared, how many flip, and what was not read."""
    found = json.loads(result.stdout)["totals"]
    return found["claims"], found["flips"], found["unreadable"]


def test_claims_of_a_column_are_compared(tmp_path: Path, values: list[bytes], sides: tuple[str | Path, ...]) -> None:
    """By its usual name or the one that is given; beside files of other kinds in a folder."""
    usual = archive(tmp_path / "a.parquet", "claim", [*values])
    own = archive(tmp_path / "b.parquet", '"the claim"', [*values])
    folder = tmp_path / "folder"
    (folder / "below").mkdir(parents=True)
    usual.rename(folder / "below" / usual.name)
    (folder / "c.jsonl").write_bytes(values[1])

    found = run(folder, *sides)
    assert (found.exit_code, totals(found)) == (1, (3, 2, 0)), found.output
    assert [each["place"] for each in json.loads(found.stdout)["differences"]] == ["row 2", "line 1"]
    named = run(own, "--column", "the claim", *sides)
    assert (named.exit_code, totals(named)) == (1, (2, 1, 0))


def test_what_export_writes_is_compared_as_of_the_day_of_each_outcome(
    tmp_path: Path, values: list[bytes], pipeline: Pipeline, sides: tuple[str | Path, ...]
) -> None:
    """Where it was revealed; what was not is said, with what would."""
    day = date.fromisoformat(RECEIVED_ON)
    for reveal in (True, False):
        with ExportFolder(tmp_path / str(reveal), reveal=reveal) as written:
            for number, each in enumerate(values):
                result = pipeline.scrub(each, day)
                assert result.message is not None
                assert result.disposition is not None
                source = OutcomePartition(f"claims.{result.disposition.value}.v1", None, 0)
                written.add(source, result.disposition.value, [OutcomeRecord(number, 0, result.message)])
                written.flush()

    revealed, hidden = run(tmp_path / "True", *sides), run(tmp_path / "False", *sides)
    assert (revealed.exit_code, totals(revealed)) == (1, (2, 1, 0)), revealed.output
    assert {each["receivedOn"] for each in json.loads(revealed.stdout)["differences"]} == {RECEIVED_ON}
    assert (hidden.exit_code, totals(hidden)) == (2, (0, 0, 2))
    assert "1 row without anything in column outcome; `claimscrub export --reveal` writes outcomes" in hidden.stderr


def test_what_cannot_be_read_is_said_and_the_rest_compared(
    tmp_path: Path, values: list[bytes], sides: tuple[str | Path, ...]
) -> None:
    """Empty rows, broken claims, files that are none or have no claims."""
    good = archive(tmp_path / "a.parquet", "claim", [values[1], None, b"{", None, values[0]])
    bad = tmp_path / "b.parquet"
    bad.write_bytes(b"PAR1 SYNTHETIC")
    other, empty = archive(tmp_path / "c.parquet", "note", [b"x"]), archive(tmp_path / "d.parquet", "claim", [])

    result = run(good, bad, other, empty, *sides)

    assert (result.exit_code, totals(result)) == (2, (2, 1, 5))
    said = result.stderr.replace("\n", " ")
    for words in (
        f"{good}, row 3",
        "2 rows without anything in column claim",
        f"{bad}",
        "cannot be read as Parquet",
        "has no column claim or outcome, but id, note: name the one with claims as JSON by --column",
        "holds no claim",
    ):
        assert words in said
    assert "SYNTHETIC" not in said


def test_a_column_is_of_parquet(tmp_path: Path, values: list[bytes]) -> None:
    """It is not passed over where there is none."""
    (tmp_path / "c.jsonl").write_bytes(values[1])
    result = run(tmp_path / "c.jsonl", "--column", "claim", "--against", shipped_config_directory())

    assert (result.exit_code, "--column needs Parquet" in result.stderr) == (2, True)


def test_without_its_extra_the_command_names_it(
    tmp_path: Path, values: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """For Parquet, and for the page."""
    monkeypatch.setattr("worker.cli.shared.extras.find_spec", lambda _: None)
    file, lines = archive(tmp_path / "a.parquet", "claim", [*values]), tmp_path / "c.jsonl"
    lines.write_bytes(values[1])
    for arguments in ((file,), (lines, "-o", tmp_path / "page.html")):
        result = run(*arguments, "--against", shipped_config_directory())

        assert result.exit_code == 2
        assert "pip install 'claimscrub[report]'" in result.stderr
