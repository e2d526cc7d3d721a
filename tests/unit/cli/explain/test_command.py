"""`claimscrub explain` and `claimscrub edits`."""

import io
import json
import re

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from worker.cli.commands import claimscrub
from worker.cli.explain.edit import show_edit
from worker.edits.catalogue import load_edits
from worker.pipeline.scrub import Pipeline


def run(*arguments: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(claimscrub, arguments)


def words(text: str) -> str:
    """The text with single blanks."""
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("name", ["WST-02", "wst-02", "both-waste-modifiers"])
def test_an_edit_is_found_by_id_or_name(name: str) -> None:
    """It is explained with its source, its predicted codes and the profiles that use it."""
    result = run("explain", name)

    assert result.exit_code == 0
    for expected in (
        "REJECT",
        "Why: ",
        "Flagged: ",
        "Source: CMS",
        "CARC 4",
        "Options: ",
        "medicare-part-b",
        "How to fix:",
        "Keep JZ",
    ):
        assert expected in result.stdout


def test_an_edit_says_how_it_is_switched_off() -> None:
    """As lines for a profile; what decides before a claim has a payer cannot be."""
    assert 'WST-01: {off: {reason: "why"' in run("explain", "WST-01").stdout
    assert "It cannot be switched off" in run("explain", "FMT-01").stdout


def test_every_edit_can_be_explained(pipeline: Pipeline) -> None:
    """No edit's entry breaks the explanation; the checklist of a drug is under its edit."""
    for edit in pipeline.edits:
        written = io.StringIO()

        show_edit(Console(file=written), edit, pipeline.profiles, pipeline.guides.values())

        assert edit.id in written.getvalue()
        checklists = [guide.hcpcs for guide in pipeline.guides.values() if guide.checklist == edit.id]
        assert [hcpcs for hcpcs in checklists if f"The record of {hcpcs}" not in written.getvalue()] == []


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("J2357", ["omalizumab (Xolair)", "one billing unit 5 mg", "JW from 2017-01-01", "edition 2026q1"]),
        ("j1300", ["to 2025-03-31 only", "successor J1299"]),
        ("JG", ["to 2024-12-31 only", "TB"]),
        ("JN", ["this is not a modifier"]),
        ("J45.50", ["billable on this date"]),
        ("G35", ["not billable on this date", "G35.A"]),
        ("50242-0040-62", ["NDC 50242004062", "J2357 Xolair"]),
        ("11", ["Place of service 11", "Office"]),
    ],
)
def test_a_code_is_answered_for_the_date(code: str, expected: list[str]) -> None:
    """Each kind of code is known by its form, and the answer names the edition."""
    result = run("explain", code, "--on", "2026-03-02")

    assert result.exit_code == 0
    for each in expected:
        assert each in words(result.stdout)


def test_a_table_without_an_answer_says_why() -> None:
    """A date that no edition covers is not the same as a code that an edition lacks."""
    later, listed = run("explain", "J2357", "--on", "2027-06-01"), run("explain", "J9999", "--on", "2026-03-02")

    assert "containers no answer: the loaded editions cover dates of service from" in words(later.stdout)
    assert "containers edition 2026q1 has no row for it, which proves nothing" in words(listed.stdout)


def test_a_code_that_no_table_knows_ends_with_1() -> None:
    """The answer still says which tables were asked."""
    result = run("explain", "Z9999", "--on", "2026-03-02")

    assert (result.exit_code, "has no row for it" in result.stdout) == (1, True)


def test_what_is_no_code_ends_with_2() -> None:
    """The message leads to the list of edits."""
    result = run("explain", "hello there")

    assert (result.exit_code, result.stdout, "claimscrub edits" in result.stderr) == (2, "", True)


def test_edits_lists_every_edit_as_json() -> None:
    """One object an edit, with id, name, family, severity, status, source and more."""
    listed = json.loads(run("edits", "--format", "json").stdout)

    assert [each["id"] for each in listed] == [edit.id for edit in load_edits()]
    for each in listed:
        assert set(each) == {"id", "name", "family", "severity", "status", "scope", "source", "summary"}
        assert all(each.values()), each["id"]


def test_edits_lists_every_edit_as_text() -> None:
    """Every id is in the table."""
    stdout = run("edits").stdout

    assert [edit.id for edit in load_edits() if edit.id not in stdout] == []
