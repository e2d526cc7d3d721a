"""What stops a broken reference folder, and what names a good one."""

from datetime import date
from pathlib import Path

import pytest

from tests.unit.reference.small_folder import SHIPPED, change, list_files
from worker.reference.build.loading import load
from worker.reference.errors import ReferenceDataError
from worker.reference.tables.answer import Found, NotCovered
from worker.reference.tables.snapshot import Snapshot

ROWS_KEPT = 5


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped tables, cut to their first rows."""
    for source in SHIPPED.glob("*/*.toml"):
        table = tmp_path / source.parent.name
        table.mkdir()
        (table / source.name).write_bytes(source.read_bytes())
        for edition in source.parent.glob("*.csv"):
            lines = edition.read_bytes().splitlines(keepends=True)[: ROWS_KEPT + 1]
            (table / edition.name).write_bytes(b"".join(lines))
    list_files(tmp_path)
    return tmp_path


def problems_of(folder: Path) -> tuple[str, ...]:
    """What the loader says about a folder that it must refuse."""
    with pytest.raises(ReferenceDataError) as refused:
        load(folder)
    return refused.value.problems


def test_a_cut_folder_loads(folder: Path) -> None:
    """The folder that the other tests break is good before."""
    assert len(load(folder).editions) == len(list(SHIPPED.glob("*/*.csv")))


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    """Without CHECKSUMS there is nothing to trust."""
    assert problems_of(tmp_path / "none") == ("CHECKSUMS: expected in the reference folder, found none",)


def test_a_changed_byte_is_refused(folder: Path) -> None:
    """A file that differs from its listed checksum names the file and both digests."""
    file = folder / "waste_duty" / "2025-06-20.csv"
    file.write_bytes(file.read_bytes() + b" ")

    (problem,) = problems_of(folder)

    assert problem.startswith("waste_duty/2025-06-20.csv: expected the checksum ")


def test_files_and_list_must_agree(folder: Path) -> None:
    """A listed file that is gone and a file that is not listed are both named."""
    (folder / "mue" / "2026q3.csv").rename(folder / "mue" / "2026q4.csv")

    problems = problems_of(folder)

    assert [problem.split(";")[0] for problem in problems] == [
        "mue/2026q3.csv: listed in CHECKSUMS but missing",
        "mue/2026q4.csv: not listed in CHECKSUMS",
    ]


def test_files_and_table_toml_must_agree(folder: Path) -> None:
    """A named edition without a file and a file without an edition are both named."""
    (folder / "mue" / "2026q3.csv").rename(folder / "mue" / "2026q4.csv")
    list_files(folder)

    problems = problems_of(folder)

    assert [problem.split(":")[0] for problem in problems] == ["mue/2026q3.csv", "mue/2026q4.csv"]


def test_a_table_without_table_toml_is_refused(folder: Path) -> None:
    """Every table must say what it is."""
    (folder / "mue" / "table.toml").unlink()
    list_files(folder)

    assert problems_of(folder) == ("mue/table.toml: expected for the table mue, found none",)


def test_a_readme_is_not_data(folder: Path) -> None:
    """Prose may be beside the tables without being listed."""
    (folder / "README.md").write_text("prose", encoding="utf-8")

    assert load(folder).editions


@pytest.mark.parametrize("line", ["nonsense", "abc mue/2026q3.csv"])
def test_a_broken_line_in_the_list_is_refused(folder: Path, line: str) -> None:
    """The list must read as sha256sum writes it."""
    with (folder / "CHECKSUMS").open("a", encoding="utf-8") as listed:
        listed.write(line + "\n")

    assert any('expected "<sha256>  <path>"' in problem for problem in problems_of(folder))


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        (
            "asp_limits/2025q4.csv",
            "hcpcs,payment_limit",
            "hcpcs,limit",
            "row 1: expected the header hcpcs,payment_limit",
        ),
        ("icd10cm/fy2025.csv", "code\n", "codes\n", "row 1: expected the header code, found codes"),
        ("asp_limits/2025q4.csv", "134.194", "about 134", "row 2, column payment_limit: expected a number"),
        ("asp_limits/2025q4.csv", "134.194", "NaN", "row 2, column payment_limit: expected a number, found 'NaN'"),
        ("asp_limits/2025q4.csv", "134.194", "", "row 2, column payment_limit: expected a number, found nothing"),
        ("asp_limits/2025q4.csv", "134.194", "1,2", "row 2: expected 2 cells, found 3"),
        ("asp_limits/2025q4.csv", "\n", "\r\n", "expected lines that end with a line feed only"),
        ("asp_limits/2025q4.csv", "134.194", '"134', "not readable as CSV"),
        (
            "mue/2026q3.csv",
            "practitioner,1,",
            "practitioner,one,",
            "column value: expected a whole number, found 'one'",
        ),
        ("mue/2026q3.csv", ",1,3,", ",1,4,", "column mai: expected 1, 2 or 3, found 4"),
        (
            "mue/2026q3.csv",
            "practitioner",
            "office",
            "column setting: expected one of practitioner, outpatient_hospital",
        ),
        ("waste_duty/2025-06-20.csv", "2017-01-01", "1/1/2017", "column jw_from: expected a date as YYYY-MM-DD"),
        ("waste_duty/2025-06-20.csv", "2017-01-01", "", "column jw_from: expected a date as YYYY-MM-DD, found nothing"),
        (
            "place_of_service/2024-07.csv",
            "01,false",
            "01,no",
            "row 2, column facility: expected true, false or nothing",
        ),
        ("drugs/2026-10.csv", "asp_2025q4", "somewhere", "column first_seen: expected names like asp_2025q4"),
        (
            "asp_limits/2025q4.csv",
            "90375",
            "90371",
            "row 3, column hcpcs: 90371 is in row 2 already, expected once",
        ),
        ("icd10cm/fy2025.csv", "A001", "A000", "row 3, column code: A000 does not come after A000"),
        ("icd10cm/fy2025.csv", "A001", "A00.1", "row 3, column code: expected letters and digits only, found 'A00.1'"),
    ],
)
def test_a_broken_row_is_refused(folder: Path, path: str, old: str, new: str, expected: str) -> None:
    """The message names the file, the row, the column and what would be right."""
    change(folder, path, old, new)

    problems = problems_of(folder)

    assert problems[0].startswith(f"{path}: ")
    assert any(expected in problem for problem in problems)


def test_bytes_that_are_not_utf_8_are_refused(folder: Path) -> None:
    """A publisher's Latin-1 file must be converted before it ships."""
    file = folder / "asp_limits" / "2025q4.csv"
    file.write_bytes(file.read_bytes() + b"J\xe9,1\n")
    list_files(folder)

    assert "expected UTF-8" in problems_of(folder)[0]


def test_a_last_day_before_the_first_day_is_refused(folder: Path) -> None:
    """A modifier cannot end before it begins."""
    with (folder / "modifiers" / "2025-10.csv").open("a", encoding="utf-8") as rows:
        rows.write("ZZ,HCPCS,any,2025-01-01,2024-12-31,,modifier,Ends before it begins\n")
    list_files(folder)

    assert problems_of(folder) == (
        "modifiers/2025-10.csv: row 7, column effective_to: expected a day not before 2025-01-01, found 2024-12-31",
    )


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        ("mue/table.toml", "title = ", "title ", "not readable as TOML"),
        ("mue/table.toml", 'type = "whole"', 'type = "float"', "'value' has type 'float', expected one of"),
        ("mue/table.toml", 'type = "whole"', 'type = "decimal"', "column value: table.toml should declare it as whole"),
        ("mue/table.toml", 'key = ["hcpcs", "setting"]', 'key = ["code"]', "key: expected a list of names of columns"),
        ("mue/table.toml", 'dated_by = "edition"', 'dated_by = "row"', 'dated_by: expected "edition"'),
        ("mue/table.toml", "in_force_from = 2026-07-01", 'in_force_from = "July"', "expected dates"),
        ("mue/table.toml", "in_force_to = 2026-09-30", "in_force_to = 2026-06-30", "is before in_force_from"),
        ("mue/table.toml", 'file = "2026q3.csv"', 'file = "../2026q3.csv"', "a plain file name"),
        ("mue/table.toml", 'file = "2026q3.csv"', 'file = "2026q3.csv"\nno_later = 1', "no_later: expected why"),
        ("mue/table.toml", "[[editions]]", "[[issues]]", "editions: expected at least one"),
        ("mue/table.toml", "[[columns]]", "[[fields]]", "key: expected a list of names of columns"),
    ],
)
def test_a_broken_table_toml_is_refused(folder: Path, path: str, old: str, new: str, expected: str) -> None:
    """The description of a table is read as strictly as its rows."""
    change(folder, path, old, new)

    assert any(expected in problem for problem in problems_of(folder))


def test_overlapping_editions_are_refused(folder: Path) -> None:
    """Two editions for one day would give a key two answers."""
    change(folder, "asp_limits/table.toml", "in_force_to = 2025-12-31", "in_force_to = 2026-01-01")

    assert problems_of(folder) == (
        "asp_limits/table.toml: editions 2025q4 and 2026q1 overlap: in_force_to 2026-01-01 should be before 2026-01-01",
    )


def test_an_open_edition_overlaps_what_follows(folder: Path) -> None:
    """Only the last edition may be open."""
    change(folder, "asp_limits/table.toml", "in_force_to = 2025-12-31\n", "")

    assert "in_force_to open should be before 2026-01-01" in problems_of(folder)[0]


def test_a_gap_between_editions_is_not_covered(folder: Path) -> None:
    """A gap is real: on its days nothing is known, and beside it everything is."""
    change(folder, "asp_limits/table.toml", "in_force_to = 2025-12-31", "in_force_to = 2025-12-30")

    snapshot = load(folder)

    assert isinstance(snapshot.asp_limit("90371", date(2025, 12, 30)), Found)
    assert isinstance(snapshot.asp_limit("90371", date(2025, 12, 31)), NotCovered)
    assert isinstance(snapshot.asp_limit("90371", date(2026, 1, 1)), Found)


def test_the_problems_of_a_file_come_together_up_to_twenty(folder: Path) -> None:
    """One look shows everything that is wrong with a file, and how much was left out."""
    rows = "".join(f"J{number:04},none\n" for number in range(25))
    (folder / "asp_limits" / "2025q4.csv").write_text("hcpcs,payment_limit\n" + rows, encoding="utf-8")
    list_files(folder)

    with pytest.raises(ReferenceDataError) as refused:
        load(folder)

    assert len(refused.value.problems) == 20
    assert str(refused.value).endswith("and 5 more")


def test_the_digest_is_stable(folder: Path) -> None:
    """The same files give the same digest."""
    assert load(folder).digest == load(folder).digest


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("asp_limits/2025q4.csv", "134.194", "134.195"),
        ("asp_limits/table.toml", "in_force_to = 2026-03-31", "in_force_to = 2026-03-30"),
    ],
)
def test_the_digest_changes_with_what_decides(folder: Path, path: str, old: str, new: str) -> None:
    """One byte of a row, or one day of an edition, makes another snapshot."""
    before = load(folder).digest

    change(folder, path, old, new)

    assert load(folder).digest != before


def test_every_edition_is_named_with_its_rows(snapshot: Snapshot) -> None:
    """The snapshot tells which editions it holds, with row counts and file digests."""
    held = {(edition.table, edition.name): edition for edition in snapshot.editions}

    assert held["icd10cm", "fy2026"].rows == 74_719
    assert held["drugs", "2026-10"].rows == 1_433
    assert all(len(edition.sha256) == 64 for edition in snapshot.editions)
