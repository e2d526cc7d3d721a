"""What `claimscrub report` reads and passes over, and that nothing of a person is in what it writes."""

import json
from pathlib import Path

import pytest

from tests.stream.test_real_worker import CANARY, RECEIVED, bad_ways, hiding_places
from tests.unit.analysis.conftest import outcome, parquet_rows
from tests.unit.cli.report.conftest import ENDS, run
from worker.pipeline.scrub import Pipeline


@pytest.fixture(scope="module")
def of_canaries(pipeline: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outcomes of claims with a token in every element that tells of a person, where they belong and elsewhere."""
    messages = [pipeline.scrub(value, RECEIVED).message for value in bad_ways() if value is not None]
    file = tmp_path_factory.mktemp("canaries") / "outcomes.jsonl"
    file.write_bytes(b"".join(each + b"\n" for each in messages if each and b'"outcomeId"' in each))
    assert CANARY in file.read_text("utf-8")
    return file


def test_a_folder_is_read(outcomes: Path) -> None:
    """All outcomes in it."""
    (outcomes.parent / "below").mkdir()
    (outcomes.parent / "below/more.ndjson").write_text(json.dumps(outcome(9)))
    result = run(outcomes.parent, "-o", outcomes.parent / "all.md")

    assert result.exit_code == 0
    assert "4 claims received" in (outcomes.parent / "all.md").read_text()


def test_what_is_not_an_outcome_is_said_and_the_rest_is_there(outcomes: Path) -> None:
    """On the page and on stderr, with 1."""
    outcomes.write_bytes(outcomes.read_bytes() + b"{}\n")
    page = outcomes.with_suffix(".html")
    result = run(outcomes, outcomes, "-o", page)

    said = f"1 line is not an outcome and left out: {outcomes}, line 4."
    assert result.exit_code == 1
    assert f"{outcomes}, line 4" in result.stderr
    assert said not in page.read_text("utf-8")  # it is in both files, which are the same one
    assert "2 lines are not an outcome and left out" in page.read_text("utf-8")
    assert "3 outcomes came twice and count once." in page.read_text("utf-8")


@pytest.mark.parametrize("end", ENDS)
def test_nothing_of_a_person_is_in_a_report(of_canaries: Path, tmp_path: Path, end: str) -> None:
    """In no form, neither as it is nor in the compressed columns of Parquet."""
    file = tmp_path / f"report{end}"
    result = run(of_canaries, "-o", file)
    text = file.read_bytes().decode("latin-1")
    if end == ".parquet":
        text += repr(parquet_rows(file, "ALL"))

    assert result.exit_code == 0
    assert hiding_places(text) == set()
    assert hiding_places(result.output) == set()


@pytest.mark.parametrize("end", [".html", ".csv"])
def test_what_is_revealed_is_audited_and_for_its_owner(of_canaries: Path, tmp_path: Path, end: str) -> None:
    """The audit line comes first and holds nothing of a claim."""
    file, audited = tmp_path / f"report{end}", tmp_path / "audit.jsonl"
    result = run(of_canaries, "-o", file, "--reveal", CLAIMSCRUB_AUDIT_FILE=str(audited))
    line = json.loads(audited.read_text())

    assert result.exit_code == 0
    assert CANARY in file.read_text("utf-8")
    assert file.stat().st_mode & 0o077 == 0
    assert (line["action"], line["files"]) == ("report-reveal", 1)
    assert hiding_places(audited.read_text()) == set()


def test_what_cannot_be_audited_is_not_revealed(of_canaries: Path, tmp_path: Path) -> None:
    """There is no report."""
    result = run(
        of_canaries, "-o", tmp_path / "r.csv", "--reveal", CLAIMSCRUB_AUDIT_FILE=str(tmp_path / "missing" / "audit")
    )

    assert result.exit_code == 1
    assert list(tmp_path.iterdir()) == []
