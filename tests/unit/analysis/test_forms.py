"""Findings in the forms of other programs, read by those programs' rules."""

import csv
import json
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.unit.analysis.conftest import finding, outcome, parquet_rows
from worker.analysis.database import nobody
from worker.analysis.figures import figures_of
from worker.analysis.forms import write_csv, write_junit, write_markdown, write_parquet, write_sarif
from worker.analysis.store import OutcomeStore
from worker.edits.catalogue import load_edits

OUTCOMES = [
    outcome(1),
    outcome(2, "rejected", finding(), finding("UNT-02", "warn", None)),
    outcome(3, "pended", finding("USR-01", "pend"), charge="x"),
]


def stored(*, reveal: bool) -> Iterator[OutcomeStore]:
    """A store with these outcomes."""
    with OutcomeStore(reveal=reveal) as made:
        made.read_messages([json.dumps(each).encode() for each in OUTCOMES], lambda: "here")
        made.count()
        yield made


@pytest.fixture
def store() -> Iterator[OutcomeStore]:
    """One that reveals nothing."""
    yield from stored(reveal=False)


@pytest.fixture
def revealing() -> Iterator[OutcomeStore]:
    """One that reveals."""
    yield from stored(reveal=True)


def test_csv_has_a_row_for_each_finding_and_each_claim_without(store: OutcomeStore, tmp_path: Path) -> None:
    """So that both claims and findings can be counted from it."""
    file = tmp_path / "f.csv"
    file.touch()
    write_csv(file, store, nobody)
    rows = list(csv.DictReader(StringIO(file.read_text("utf-8"))))

    assert [(row["outcome_id"][-1], row["edit"], row["line"], row["charge"]) for row in rows] == [
        ("1", "", "", "100.00"),
        ("2", "UNT-02", "", "100.00"),
        ("2", "WST-01", "1", "100.00"),
        ("3", "USR-01", "1", ""),
    ]
    assert {"control_number", "message"}.isdisjoint(rows[0])


def test_csv_that_reveals_holds_no_formula(tmp_path: Path) -> None:
    """A spreadsheet would obey it."""
    made = outcome(1, "rejected", finding())
    made["claim"]["claimInformation"]["patientControlNumber"] = "=cmd()"
    file = tmp_path / "f.csv"
    file.touch()
    with OutcomeStore(reveal=True) as store:
        store.read_messages([json.dumps(made).encode()], lambda: "here")
        store.count()
        write_csv(file, store, nobody)
    (row,) = csv.DictReader(StringIO(file.read_text("utf-8")))

    assert (row["control_number"], row["message"]) == ("'=cmd()", "WST-01 speaks.")


def test_parquet_has_the_rows_of_the_csv_with_their_types(store: OutcomeStore, tmp_path: Path) -> None:
    """Dollars are decimals."""
    file = tmp_path / "f.parquet"
    file.touch()
    write_parquet(file, store, nobody)
    found = [(row["edit"], row["charge"]) for row in parquet_rows(file, "edit, charge")]

    assert found == [
        ("UNT-02", Decimal("100.00")),
        ("USR-01", None),
        ("WST-01", Decimal("100.00")),
        (None, Decimal("100.00")),
    ]


def test_sarif_has_a_result_for_each_finding_under_the_rule_of_its_edit(store: OutcomeStore, tmp_path: Path) -> None:
    """SARIF 2.1.0, sections 3.13, 3.19, 3.27: what is required is there, and levels are its own."""
    file = tmp_path / "f.sarif"
    write_sarif(file, store, load_edits())
    document = json.loads(file.read_text("utf-8"))
    (run,) = document["runs"]
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}

    assert document["version"] == "2.1.0"
    assert len(rules) == len(load_edits())
    assert [(each["ruleId"], each["level"]) for each in run["results"]] == [
        ("UNT-02", "note"),
        ("WST-01", "error"),
        ("USR-01", "warning"),
    ]
    assert all(each["message"]["text"] for each in run["results"])
    assert run["results"][1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == (
        f"urn:claimscrub:outcome:{2:032x}"
    )
    assert "WST-01 speaks" not in file.read_text("utf-8")


def test_sarif_that_reveals_says_what_the_finding_says(revealing: OutcomeStore, tmp_path: Path) -> None:
    """With the control number of its claim."""
    file = tmp_path / "f.sarif"
    write_sarif(file, revealing, load_edits())
    result = json.loads(file.read_text("utf-8"))["runs"][0]["results"][1]

    assert (result["message"]["text"], result["properties"]["control_number"]) == ("WST-01 speaks.", "PCN-2")


def test_junit_fails_for_the_claims_that_are_held(store: OutcomeStore, tmp_path: Path) -> None:
    """Each claim is a test case."""
    file = tmp_path / "f.xml"
    write_junit(file, store)
    suites = ET.parse(file).getroot()  # noqa: S314 - our own file
    failures = {case.get("name", "")[-1]: case.find("failure") for case in suites.iter("testcase")}

    assert (suites.get("tests"), suites.get("failures")) == ("3", "2")
    assert {name: None if each is None else each.get("message") for name, each in failures.items()} == {
        "1": None,
        "2": "rejected: WST-01, $100.00",
        "3": "pended: USR-01",
    }


def test_junit_escapes_what_xml_cannot_hold(tmp_path: Path) -> None:
    """A finding may quote the claim."""
    speaking = finding() | {"message": "<&\x00\x1b]]>"}
    file = tmp_path / "f.xml"
    with OutcomeStore(reveal=True) as store:
        store.read_messages([json.dumps(outcome(1, "rejected", speaking)).encode()], lambda: "here")
        store.count()
        write_junit(file, store)

    (failure,) = ET.parse(file).getroot().iter("failure")  # noqa: S314 - our own file
    assert failure.text == "reject WST-01 line 1 <&\\x00\\x1b]]>"


def test_markdown_has_the_tables_without_claims(store: OutcomeStore, tmp_path: Path) -> None:
    """The highest first."""
    file = tmp_path / "f.md"
    write_markdown(file, "Title", "Sentence.", figures_of(store, load_edits()), ["A note."])
    text = file.read_text("utf-8")

    assert text.startswith("# Title\n\nSentence.\n\n> A note.")
    assert "| WST-01 waste-modifier-missing | 1 | $100.00 |" in text
    assert "| UNT-03 | MUE table | 3 | $100.00 |" in text
    assert f"{2:032x}" not in text


def test_markdown_says_what_its_tables_leave_out(
    store: OutcomeStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every edit is there; of the others the costliest, with what the rest adds up to."""
    file, figures = tmp_path / "f.md", figures_of(store, load_edits())
    write_markdown(file, "Title", "Sentence.", figures, [])
    whole = file.read_text("utf-8")
    monkeypatch.setattr("worker.analysis.forms._MOST_ROWS", 1)
    write_markdown(file, "Title", "Sentence.", figures, [])
    parts = {part.partition("\n")[0]: part for part in file.read_text("utf-8").split("\n## ")}
    whole_parts = {part.partition("\n")[0]: part for part in whole.split("\n## ")}

    assert "And " not in whole
    for heading, part in parts.items():
        rows, all_rows = (text.count("\n| ") for text in (part, whole_parts[heading]))
        if heading.startswith("Held by edit") or all_rows <= 2:
            assert part == whole_parts[heading]
        elif heading.startswith(("Held", "What")):
            assert rows == 2
            assert f"\nAnd {all_rows - 2} more" in part
