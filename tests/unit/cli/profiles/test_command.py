"""`claimscrub profiles`."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from worker.bootstrap import default_config_directory
from worker.cli.commands import claimscrub
from worker.edits.catalogue import load_edits
from worker.edits.edit import EditStatus, Scope

SHIPPED = default_config_directory()
MINE = """
name: mine
title: My plan
extends: commercial
edits:
  UNT-03: {options: {count_discarded_units: false}}
suppressions:
  - {edit: ADM-01, when: {codes: [J0897]}, reason: paid with the visit, owner: billing}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The shipped configuration with one more profile."""
    for part in ("guides", "reference"):
        (tmp_path / part).symlink_to(SHIPPED / part)
    (tmp_path / "payers").mkdir()
    for file in (SHIPPED / "payers").glob("*.yaml"):
        (tmp_path / "payers" / file.name).write_bytes(file.read_bytes())
    (tmp_path / "payers" / "mine.yaml").write_text(MINE)
    return tmp_path


def run(*arguments: str | Path) -> Result:
    """Run the command."""
    return CliRunner().invoke(claimscrub, ["profiles", *map(str, arguments)])


def test_show_says_what_a_profile_inherits_and_changes(config: Path) -> None:
    """Edits set as in the catalogue are only counted."""
    lines = run("show", "mine", "--config", config).stdout.splitlines()

    assert lines[0] == "mine: My plan (extends commercial)"
    assert "  for claims with: none (only to be extended or named)" in lines
    assert "    UNT-01 units-not-whole: warn" in lines
    assert "    UNT-03 units-above-limit: warn, with count_discarded_units = False" in lines
    assert any(line.startswith("    WST-01 waste-modifier-missing: off: The duty to report") for line in lines)
    assert lines[-1] == "  suppressed: ADM-01 for codes J0897: paid with the visit (billing)"


def test_show_as_json_holds_every_edit_that_is_evaluated(config: Path) -> None:
    """With severity and options as they are under the profile."""
    shown = json.loads(run("show", "mine", "--config", config, "--format", "json").stdout)

    evaluated = {
        edit.id for edit in load_edits() if edit.scope is not Scope.MESSAGE and edit.status != EditStatus.PLANNED
    }
    assert set(shown["edits"]) == evaluated
    assert shown["edits"]["UNT-03"] == {"severity": "warn", "options": {"count_discarded_units": False}}
    assert shown["edits"]["WST-01"]["off"]["owner"] == "claimscrub"


def test_an_unknown_profile_is_answered_with_the_names_there_are() -> None:
    """Exit code 2, as for any misspelling."""
    result = run("show", "nobody")

    assert (
        result.exit_code,
        "there are: commercial, medicaid, medicare-advantage, medicare-part-b" in result.stderr,
    ) == (2, True)


def test_check_names_the_profiles_that_fit(config: Path) -> None:
    """Nothing else to say."""
    result = run("check", "--config", config)

    assert (result.exit_code, result.stdout) == (
        0,
        "5 profiles without a problem: commercial, medicaid, medicare-advantage, medicare-part-b, mine\n",
    )


@pytest.mark.parametrize(("days", "code"), [(31, 0), (30, 0), (0, 0), (-1, 1)])
def test_check_names_what_ends_within_30_days(config: Path, days: int, code: int) -> None:
    """Exit code 1 once a suppression has ended, which stops no worker."""
    until = date.today() + timedelta(days=days)  # noqa: DTZ011 - as the command reads the day
    (config / "payers" / "mine.yaml").write_text(MINE.replace("owner: billing}", f"owner: billing, until: {until}}}"))

    result = run("check", "--config", config)

    told = " ".join(result.stdout.split())
    assert result.exit_code == code
    assert (f"the suppression of ADM-01 by billing end{'s' if code == 0 else 'ed'} on {until}" in told) == (days <= 30)


def test_check_tells_every_problem(config: Path) -> None:
    """One sentence each."""
    (config / "payers" / "mine.yaml").write_text(MINE.replace("ADM-01", "ADM-99").replace("UNT-03", "UNT-99"))
    (config / "payers" / "other.yaml").write_text("name: other\ntitle: Other\nextends: nobody\n")

    result = run("check", "--config", config)

    assert result.exit_code == 2
    assert "mine.yaml: profile mine names edits that do not exist: ADM-99, UNT-99" in result.stderr
    assert "profile other extends nobody" in result.stderr


def test_diff_shows_what_is_different_only(config: Path) -> None:
    """Between a profile and its parent: what it changes."""
    result = run("diff", "commercial", "mine", "--config", config)

    assert result.exit_code == 1
    told = {line.split()[0] for line in result.stdout.splitlines() if line.strip() and not line.startswith(" ─")}
    assert told >= {"setting", "applies_to", "UNT-03", "suppression"}
    assert not told & {"UNT-01", "WST-01", "medicare"}


def test_diff_of_a_profile_with_itself_is_nothing() -> None:
    """Exit code 0."""
    result = run("diff", "commercial", "commercial")

    assert (result.exit_code, result.stdout) == (0, "commercial and commercial are the same.\n")
