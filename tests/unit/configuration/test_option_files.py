"""Lists of options in CSV files beside a profile: read as if they were written in it, and refused with the place."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from worker.configuration.profile_files import read_profiles
from worker.edits.authorization._approvals import Approval, Approvals
from worker.edits.catalogue import load_edits
from worker.edits.ndc.ndc_07_ndc_obsolete import EndedNdcs
from worker.payers.profile import ProfileError, Profiles
from worker.pipeline.rules.rulebook import Rulebook, compile_rulebook

EDITS = load_edits()
PROFILE = """
name: mine
title: Mine
medicare: false
applies_to: {otherwise: true}
edits:
  AUT-01: {options: {codes: {csv: codes.csv}}}
  AUT-02: {options: {approvals: {csv: approvals.csv}}}
  NDC-07: {options: {ended: {csv: ended.csv}}}
"""
SOUND = {
    "codes.csv": "codes\nJ0897\nJ9000-J9999\n",
    "approvals.csv": "number,codes,first_day,last_day,most_units\n"
    "PA1,J0897|J9000-J9999,2026-01-01,2026-12-31,60\nPA2,J1745,2026-01-01,2026-12-31,\n",
    "ended.csv": "ended,value\n57894003001,2026-02-28\n",
}


def read(folder: Path, **changed: str) -> Profiles:
    """The profile above with its files, some of them with another text."""
    (folder / "mine.yaml").write_text(PROFILE)
    for name, text in (SOUND | {key.replace("_", "."): text for key, text in changed.items()}).items():
        (folder / name).write_text(text)
    return read_profiles(folder, EDITS)


def rulebook(folder: Path, **changed: str) -> Rulebook:
    """The edits under that profile."""
    return compile_rulebook(read(folder, **changed).named("mine"), EDITS)


def problem(folder: Path, **changed: str) -> str:
    """The one thing that is wrong with it."""
    with pytest.raises(ProfileError) as caught:
        read(folder, **changed)
    (told,) = caught.value.problems
    return told.replace(f"{folder}/", "")


def test_approvals_are_read_from_a_file(tmp_path: Path) -> None:
    """A cell with several codes separates them by a bar; an empty cell is a member that is not given."""
    options = rulebook(tmp_path).options[Approvals]

    assert isinstance(options, Approvals)
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    assert options.approvals == (
        Approval(number="PA1", codes=("J0897", "J9000-J9999"), first_day=first, last_day=last, most_units=Decimal(60)),
        Approval(number="PA2", codes=("J1745",), first_day=first, last_day=last),
    )


def test_codes_are_read_from_a_file(tmp_path: Path) -> None:
    """One a line, as in the profile itself; a spreadsheet's mark at the beginning is not part of the column."""
    setting = read(tmp_path, codes_csv="\ufeffcodes\r\nJ0897\r\n\r\nJ1745\r\n").named("mine").setting("AUT-01")

    assert setting.options == {"codes": ["J0897", "J1745"]}


def test_a_mapping_is_read_from_two_columns(tmp_path: Path) -> None:
    """An NDC and the day on which it ended."""
    options = rulebook(tmp_path).options[EndedNdcs]

    assert isinstance(options, EndedNdcs)
    assert options.ended == {"57894003001": date(2026, 2, 28)}


def test_a_wrong_member_of_a_file_is_named(tmp_path: Path) -> None:
    """Not the three that would be missing if it were another one."""
    told = problem(tmp_path, approvals_csv="number,codes,first_day,last_day\nPA1,J0897,2026-01-01,tomorrow\n")

    assert told.startswith("mine.yaml: profile mine, edit AUT-02: option approvals[0].last_day cannot be read (")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "number,codes,from,last_day\n",
            "the first line is 'number,codes,from,last_day'; its columns are number,",
        ),
        ("", "the first line is ''; its columns are number,"),
        ("number,codes,first_day,last_day\nPA1,J0897\n", "approvals.csv, line 2: 2 cells under 4 columns"),
        ('number,codes\n"PA1', "approvals.csv is not a CSV file in UTF-8"),
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path: Path, text: str, told: str) -> None:
    """With the profile, the edit, the option, the file and the line."""
    found = problem(tmp_path, approvals_csv=text)

    assert found.startswith("mine.yaml, edit AUT-02, option approvals: approvals.csv")
    assert told in found


def test_a_mapping_needs_both_of_its_columns(tmp_path: Path) -> None:
    """In their order: a day is not an NDC."""
    told = problem(tmp_path, ended_csv="value,ended\n2026-02-28,57894003001\n")

    assert told.endswith("the first line is 'value,ended'; its columns are ended,value")


@pytest.mark.parametrize("name", ["../codes.csv", "/etc/codes.csv", "codes.txt", "[codes.csv]"])
def test_only_a_file_beside_the_profile_is_read(tmp_path: Path, name: str) -> None:
    """A profile reads nothing else of the machine."""
    (tmp_path / "mine.yaml").write_text(PROFILE.replace("codes.csv", name))
    for file, text in SOUND.items():
        (tmp_path / file).write_text(text)

    with pytest.raises(ProfileError, match="is not the name of a CSV file beside the profile"):
        read_profiles(tmp_path, EDITS)


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    """And not taken for an empty list."""
    (tmp_path / "mine.yaml").write_text(PROFILE)
    for file in ("approvals.csv", "ended.csv"):
        (tmp_path / file).write_text(SOUND[file])

    with pytest.raises(ProfileError, match=r"option codes: codes\.csv cannot be read"):
        read_profiles(tmp_path, EDITS)
