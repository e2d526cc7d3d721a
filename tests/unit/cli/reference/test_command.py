"""`claimscrub reference` looks at tables and compares them."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.unit.reference.small_folder import SHIPPED, change
from worker.cli.reference.command import reference

EDITIONS = len(list(SHIPPED.glob("*/*.csv")))


def run(*arguments: str | Path) -> Result:
    """The result of one command."""
    return CliRunner().invoke(reference, [str(argument) for argument in arguments])


def test_verify_says_that_nothing_is_wrong(small: Path) -> None:
    """A good folder ends with 0 and names its snapshot."""
    result = run("verify", "--directory", small)

    assert result.exit_code == 0
    assert result.output.startswith(f"Good: {EDITIONS} editions with ")


def test_verify_names_what_is_wrong(small: Path) -> None:
    """A broken folder ends with 1 and a sentence."""
    change(small, "modifier_exclusions/2024-07.csv", "JW|JZ", "JW|ZZ")

    result = run("verify", "--directory", small)

    assert result.exit_code == 1
    assert result.output == (
        "modifier_exclusions/2024-07.csv: row 4, column codes: expected modifiers of the table modifiers, found ZZ\n"
    )


def test_verify_speaks_json(small: Path) -> None:
    """The problems are a list for a program."""
    change(small, "modifier_exclusions/2024-07.csv", "JW|JZ", "JW|ZZ")

    result = run("verify", "--directory", small, "--format", "json")

    assert len(json.loads(result.output)["problems"]) == 1


@pytest.mark.parametrize(
    ("table", "key", "on", "answer", "code"),
    [
        ("add_on_codes", "96415", "2013-04-01", "found", 0),
        ("add_on_codes", "96415", "2013-03-31", "not in force", 1),
        ("add_on_codes", "96413", "2026-07-01", "absent", 1),
        ("asp_limits", "J2357", "2025-10-01", "found", 0),
        ("containers", "J2357", "2025-10-01", "found", 0),
        ("containers", "50242-0040-62", "2025-10-01", "found", 0),
        ("drugs", "j1300", "2025-03-31", "found", 0),
        ("drugs", "J1300", "2025-04-01", "not in force", 1),
        ("drugs", "J0000", "2025-04-01", "absent", 1),
        ("expert_hints", "J0129", "2025-04-01", "found", 0),
        ("lcd_diagnoses", "J1569", "2026-04-01", "found", 0),
        ("lcd_diagnoses", "J1569", "2026-03-31", "not covered", 1),
        ("hcpcs", "A4216", "2025-04-01", "found", 0),
        ("icd10cm", "G35", "2025-09-30", "found", 0),
        ("diagnosis_sides", "M1711", "2025-10-01", "found", 0),
        ("icd10cm", "g35", "2025-10-01", "not in force", 1),
        ("icd10cm", "J45.50", "2025-10-01", "found", 0),
        ("icd10cm_exclusions", "M05", "2025-10-01", "found", 0),
        ("icd10cm_exclusions", "M05", "2024-09-30", "not covered", 1),
        ("modifiers", "JZ", "2022-12-31", "not in force", 1),
        ("mue", "J2357", "2024-06-30", "not covered", 1),
        ("mue", "J2357", "2026-07-01", "found", 0),
        ("mue", "J2357+outpatient_hospital", "2026-07-01", "found", 0),
        ("ncci_pairs", "96413+99213", "2024-07-01", "found", 0),
        ("opps_status", "J2357", "2025-10-01", "found", 0),
        ("place_of_service", "11", "2025-10-01", "found", 0),
        ("products", "GG100", "2025-10-01", "found", 0),
        ("products", "Q4111", "2025-10-01", "found", 0),
        ("remark_codes", "carc+16", "2025-10-01", "found", 0),
        ("sad_exclusions", "J0129", "2026-06-15", "found", 0),
        ("skin_substitutes", "Q4101", "2025-10-01", "found", 0),
        ("taxonomy", "207RH0003X", "2025-10-01", "found", 0),
        ("waste_duty", "J2357", "2025-10-01", "found", 0),
    ],
)
def test_show_gives_one_of_four_answers(  # noqa: PLR0917 - the cells of the table above
    small: Path, table: str, key: str, on: str, answer: str, code: int
) -> None:
    """Each table is asked in its own way; only a found key ends with 0."""
    as_text = run("show", table, key, "--on", on, "--directory", small)
    as_json = run("show", table, key, "--on", on, "--directory", small, "--format", "json")

    assert as_text.output.startswith(f"{table} {key} on {on}: {answer}\n")
    assert json.loads(as_json.output)["answer"] == answer
    assert (as_text.exit_code, as_json.exit_code) == (code, code)


@pytest.mark.parametrize(
    ("table", "key", "on", "expected"),
    [
        ("drugs", "J1300", "2025-04-01", ["J1299: 2 mg a unit, not 10 mg"]),
        ("modifiers", "JG", "2025-01-01", ["TB"]),
        ("icd10cm", "G35", "2025-10-01", ["G35A", "G35B0", "G35B1", "G35B2", "G35C0", "G35C1", "G35C2", "G35D"]),
    ],
)
def test_show_names_what_to_bill_instead(small: Path, table: str, key: str, on: str, expected: list[str]) -> None:
    """A code that ended names its successor, and an incomplete one the codes below it."""
    result = run("show", table, key, "--on", on, "--directory", small, "--format", "json")

    assert json.loads(result.output)["instead"] == expected


def test_show_tells_how_a_key_is_written(small: Path) -> None:
    """A pair needs two codes."""
    result = run("show", "ncci_pairs", "96413", "--directory", small)

    assert result.exit_code == 2
    assert "expected a key as COLUMN1+COLUMN2[+SETTING], found 96413" in result.output


def test_show_on_a_broken_folder_says_what_is_wrong(small: Path) -> None:
    """Tables that do not load answer nothing."""
    (small / "mue" / "2026q3.csv").unlink()

    result = run("show", "drugs", "J2357", "--directory", small)

    assert result.exit_code == 1
    assert "mue/2026q3.csv: listed in CHECKSUMS but missing" in result.output


def test_editions_are_listed(small: Path) -> None:
    """Each edition has its name, dates and rows."""
    as_text = run("editions", "--directory", small)
    as_json = json.loads(run("editions", "--directory", small, "--format", "json").output)

    assert "containers@2026q1                  2026-01-01 to 2026-03-31" in as_text.output
    assert len(as_json) == EDITIONS


@pytest.mark.parametrize(
    ("on", "is_overdue", "has_ended"),
    [("2026-12-31", False, False), ("2027-01-01", False, True), ("2027-01-02", True, True)],
)
def test_coverage_tells_age_and_end(small: Path, on: str, *, is_overdue: bool, has_ended: bool) -> None:
    """A table of October is overdue after its 92 days, and speaks to the end of December."""
    result = run("coverage", "--on", on, "--directory", small, "--format", "json")
    (limits,) = [each for each in json.loads(result.output) if each["table"] == "asp_limits"]

    assert (limits["is_overdue"], limits["has_ended"]) == (is_overdue, has_ended)


def test_coverage_lists_gaps(small: Path) -> None:
    """The days of which nothing is known are told."""
    change(small, "asp_limits/table.toml", "in_force_to = 2025-12-31", "in_force_to = 2025-12-29")

    result = run("coverage", "--on", "2026-02-01", "--directory", small)

    assert "no edition from 2025-12-30 to 2025-12-31" in result.output
    assert "asp_limits           2024-01-01 to 2026-12-31" in result.output


def test_diff_of_two_editions(small: Path) -> None:
    """The changes are listed by kind, as text and as JSON."""
    as_text = run("diff", "asp_limits@2025q4", "asp_limits@2026q1", "--limit", "1", "--directory", small)
    as_json = run("diff", "asp_limits@2025q4", "asp_limits@2026q1", "--format", "json", "--directory", small)

    assert "asp_limits: changed limit: 6\n  90371  payment_limit: 134.194 -> 137.828\n  and 5 more\n" in as_text.output
    assert {"table": "asp_limits", "kind": "changed limit", "count": 6} in json.loads(as_json.output)["summary"]


def test_diff_of_two_folders(small: Path, tmp_path: Path) -> None:
    """A folder is compared as a whole; an equal one changes nothing."""
    other = Path(shutil.copytree(small, tmp_path / "other"))
    assert run("diff", small, other).output == "Nothing changes.\n"

    change(other, "mue/2026q3.csv", "90371,practitioner,10", "90371,practitioner,0")

    assert run("diff", small, other).output == ("mue: changed MUE: 1\n  90371+practitioner  value: 10 -> 0\n")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("asp_limits@2025q4", "mue@2026q3", "expected two editions of one table, or two folders"),
        ("asp_limits@1999q1", "asp_limits@2026q1", "no edition or table 1999q1"),
        ("nowhere", "asp_limits@2026q1", "nowhere: expected table@edition or a folder"),
    ],
)
def test_diff_says_what_it_compares(small: Path, before: str, after: str, expected: str) -> None:
    """A misspelt side ends with 2 and a sentence."""
    result = run("diff", before, after, "--directory", small)

    assert result.exit_code == 2
    assert expected in result.output


@pytest.mark.parametrize(
    ("table", "on", "told"),
    [
        ("containers", "2026-03-31", "current"),
        ("containers", "2026-04-01", "ended 1 day ago, carried forward until 2027-04-01"),
        ("containers", "2027-04-01", "ended 366 days ago, carried forward until 2027-04-01"),
        ("containers", "2027-04-02", "ended 367 days ago, nothing is known"),
        ("opps_status", "2026-04-01", "ended 1 day ago, nothing is known"),
        ("taxonomy", "2026-04-01", "ended 1 day ago, open rows are still found"),
    ],
)
def test_coverage_says_how_long_ago_a_table_ended(small: Path, table: str, on: str, told: str) -> None:
    """And until when its rows are carried forward."""
    lines = run("coverage", "--on", on, "--directory", small).output.splitlines()

    (line,) = [each for each in lines if each.startswith(f"{table} ")]
    assert line.endswith(told)
