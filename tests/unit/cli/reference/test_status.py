"""`claimscrub reference status` says what the tables can say, and what replaces them."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.unit.reference.small_folder import SHIPPED, change
from worker.cli.reference.command import reference
from worker.reference.build.endings import endings
from worker.reference.build.loading import load

MUE = "CMS NCCI MUE files, practitioner and outpatient hospital (import mue)"


def run(folder: Path, on: str, *arguments: str) -> str:
    """What the command says of a day."""
    result = CliRunner().invoke(reference, ["status", "--on", on, "--directory", str(folder), *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def told(folder: Path, table: str, on: str) -> dict[str, Any]:
    """What it says of one table."""
    (found,) = [each for each in json.loads(run(folder, on, "--format", "json")) if each["table"] == table]
    return dict(found)


@pytest.mark.parametrize(
    ("table", "on", "says", "until", "state"),
    [
        ("mue", "2024-06-30", "nothing", None, "no edition covers 2024-06-30"),
        ("mue", "2024-09-30", "all", "2024-09-30", "in force until 2024-09-30"),
        ("mue", "2024-10-01", "carried", "2025-10-01", "no edition covers 2024-10-01, carried forward until the next"),
        ("mue", "2026-09-30", "all", "2026-09-30", "in force until 2026-09-30"),
        ("mue", "2026-10-01", "carried", "2027-10-01", "ended 1 day ago, carried forward until 2027-10-01"),
        ("mue", "2027-10-01", "carried", "2027-10-01", "ended 366 days ago, carried forward until 2027-10-01"),
        ("mue", "2027-10-02", "nothing", None, "ended 367 days ago, nothing is known"),
        ("opps_status", "2026-04-01", "nothing", None, "ended 1 day ago, nothing is known"),
        ("taxonomy", "2026-04-01", "open rows", None, "ended 1 day ago, open rows are still found"),
        ("drugs", "2026-04-01", "all", None, "in force, without a last day"),
    ],
)
def test_a_table_says_something_until_a_day(  # noqa: PLR0917 - a row of the table above
    small: Path, table: str, on: str, says: str, until: str | None, state: str
) -> None:
    """On both sides of its end, of the end of its trust and of a gap."""
    found = told(small, table, on)

    assert (found["says"], found["until"], found["state"]) == (says, until, state)


@pytest.mark.parametrize(
    ("table", "on", "line"),
    [
        ("mue", "2024-10-01", "edition 2026q2 from 2026-04-01, held already"),
        (
            "mue",
            "2026-10-01",
            f"an edition from 2026-10-01, is due 2026-10-01: {MUE}, published by CMS NCCI",
        ),
        (
            "mue",
            "2026-10-02",
            f"an edition from 2026-10-01, was due 2026-10-01: {MUE}, published by CMS NCCI",
        ),
        ("taxonomy", "2026-04-01", "an edition from 2026-04-01, was due 2025-12-31: published by NUCC"),
        ("remark_codes", "2024-06-02", "a newer edition, is due 2024-10-01: published by X12 and CMS"),
        ("expert_hints", "2026-04-01", "with a newer claimscrub"),
    ],
)
def test_a_table_says_what_replaces_it(small: Path, table: str, on: str, line: str) -> None:
    """The edition that is held, else when the publisher's is due, as what file and from whom."""
    lines = run(small, on).splitlines()
    (place,) = [number for number, each in enumerate(lines) if each.startswith(f"{table} ")]

    assert lines[place + 1].strip() == f"next: {line}"


def test_a_table_of_nobody_is_refused(small: Path) -> None:
    """With the file and what it lacks."""
    change(small, "mue/table.toml", 'publisher = "CMS NCCI"\n', "")

    result = CliRunner().invoke(reference, ["status", "--directory", str(small)])

    assert result.exit_code == 1
    assert "mue/table.toml: publisher: expected who publishes the table, found None" in result.output


@pytest.mark.parametrize(
    ("table", "command"),
    [("mue", "claimscrub reference fetch mue"), ("drugs", "claimscrub reference fetch hcpcs"), ("taxonomy", None)],
)
def test_a_table_says_which_command_renews_it(small: Path, table: str, command: str | None) -> None:
    """In a line below it, unless no file of the publisher can be imported."""
    lines = run(small, "2026-12-01").splitlines()
    (place,) = [number for number, each in enumerate(lines) if each.startswith(f"{table} ")]

    assert (lines[place + 2].strip() == f"renewed by: {command}") is (command is not None)
    assert told(small, table, "2026-12-01")["renewed_by"] == command


def test_a_table_says_why_no_later_edition_is_held(small: Path) -> None:
    """What is known of it, until an import brings one."""
    (why,) = [each.strip() for each in run(small, "2026-12-01").splitlines() if "a license is accepted" in each]

    assert why.startswith("not held: CMS gives out Addendum B after a license is accepted")
    assert told(small, "opps_status", "2026-12-01")["no_later"] == why.removeprefix("not held: ")
    assert told(small, "mue", "2026-12-01")["no_later"] == ""


def test_a_fresh_install_holds_no_table_that_has_ended_without_a_reason() -> None:
    """On the day of its newest edition: the alert on stale tables would be pending from the start."""
    editions = load(SHIPPED).editions
    day = max(each.published for each in editions)
    last = {each.table: each for each in sorted(editions, key=lambda each: each.in_force_from)}

    stale = [each.table for each in endings(editions, day) if not each.is_carried(day)]

    assert stale
    assert [table for table in stale if not last[table].no_later] == []


@pytest.mark.parametrize(
    ("table", "pages"),
    [
        ("asp_limits", ["https://www.cms.gov/medicare/payment/part-b-drugs/asp-pricing-files"]),
        ("taxonomy", []),
    ],
)
def test_a_table_says_where_its_file_is_listed(small: Path, table: str, pages: list[str]) -> None:
    """On the publisher's page, as `claimscrub reference fetch` looks for it; nothing for what it does not fetch."""
    assert told(small, table, "2026-12-15")["pages"] == pages
    for page in pages:
        assert f"published at: {page}\n" in run(small, "2026-12-15")
