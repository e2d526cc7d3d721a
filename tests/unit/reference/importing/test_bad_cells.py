"""Files as publishers, spreadsheets and networks leave them: the same rows, or every bad cell by its row."""

import codecs
from collections.abc import Callable
from datetime import date

import pytest

from tests.unit.reference import published_files as given
from tests.unit.reference.importing.test_published import AS_STATED, HELD, read
from worker.reference.importing.bad_cells import BadCells
from worker.reference.importing.kinds import KINDS
from worker.reference.importing.published import ImportDates, ImportRefusedError, PublishedFile, spelled_month

STATUSES = [("96413", "S"), ("A4341", "N"), ("J2357", "K")]
LIMITS = [("J2357", "1,134.194"), ("J9999", "2")]
FILES = {
    "opps": given.opps(STATUSES),
    "asp-pricing": given.asp_pricing(LIMITS),
    "asp-crosswalk": given.asp_crosswalk([("50242-0040-62", "J2357", "30.00"), ("GG100", "Q4111", "2.25")]),
    "aoc": given.aoc([("1", "96415", "", "96413", "", "2013091", "")]),
    "jw-jz": given.jw_jz(["J2357", "J0129"]),
    "icd10cm": given.icd10cm([("J45", "0"), ("J4550", "1")]),
    "hcpcs": given.hcpcs([given.hcpcs_record("J2357", "Omalizumab", "Omalizumab")]),
}


def as_text(change: Callable[[str], str], encoding: str = "cp1252", mark: bytes = b"") -> Callable[[bytes], bytes]:
    """A change of the text of a file, and the encoding in which it is kept afterwards."""
    return lambda content: mark + change(content.decode("cp1252")).encode(encoding)


FORMS = {
    "utf-8": as_text(str, "utf-8"),
    "utf-8 with its mark": as_text(str, "utf-8-sig"),
    "utf-16": as_text(str, "utf-16-le", codecs.BOM_UTF16_LE),
    "utf-16, the other way round": as_text(str, "utf-16-be", codecs.BOM_UTF16_BE),
    "line feeds": as_text(lambda text: text.replace("\r\n", "\n")),
    "carriage returns": as_text(lambda text: text.replace("\r\n", "\r")),
    "the end of a DOS file": as_text(lambda text: text + "\x1a"),
    "empty lines at the end": as_text(lambda text: text + "\r\n\r\n"),
    "no end of the last line": as_text(lambda text: text.removesuffix("\r\n")),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", FILES)
def test_the_form_of_a_file_changes_no_row(kind: str, form: str) -> None:
    """Encoding, line ends, and what editors leave at the end."""
    file = FILES[kind]
    other = PublishedFile(file.name, FORMS[form](file.content))

    assert [edition.rows for edition in read(kind, other)] == [edition.rows for edition in read(kind, file)]


@pytest.mark.parametrize(
    "cell", [b"A4341\xff", b"A4341\xa0", b" A4341 ", b'"A4341"', b'"A4341 "', "A4341\N{ZERO WIDTH SPACE}".encode()]
)
def test_stray_blanks_about_a_code_go(cell: bytes) -> None:
    """Also the no-break space of an MS-DOS file, as in CMS's Addendum B of 2024 and 2025."""
    file = given.opps(STATUSES)

    (edition,) = read("opps", PublishedFile(file.name, file.content.replace(b"A4341", cell)))

    assert edition.rows == tuple(sorted(STATUSES))


@pytest.mark.parametrize(
    "more",
    [
        b"HCPCS Code,Short Descriptor,SI,APC,Relative Weight,Payment Rate\r\n",
        b",,,,,\r\n",
        b"* Indicates a change,,,,,\r\n",
        b"Note: codes only are copyright\r\n",
    ],
)
def test_what_is_below_the_table_is_not_a_row(more: bytes) -> None:
    """The header of a further page, empty rows, and notes."""
    file = given.opps(STATUSES)

    (edition,) = read("opps", PublishedFile(file.name, file.content + more))

    assert edition.rows == tuple(sorted(STATUSES))


@pytest.mark.parametrize("kind", FILES)
def test_every_bad_row_is_named_once_and_the_others_come_in(kind: str) -> None:
    """Each row in turn is damaged: with it allowed, the edition lacks at most that row."""
    file = FILES[kind]
    lines = file.content.splitlines(keepends=True)
    whole = [set(edition.rows) for edition in read(kind, file)]
    named = 0
    for number, line in enumerate(lines):
        damaged = [*lines[:number], b"\x81\x8d?" + line[3:], *lines[number + 1 :]]
        bad = BadCells()
        try:
            editions = KINDS[kind].read((PublishedFile(file.name, b"".join(damaged)),), AS_STATED, HELD, bad)
        except ImportRefusedError:
            continue  # the header or the dates were damaged
        for edition, before in zip(editions, whole, strict=True):
            assert set(edition.rows) <= before
            assert len(before) - len(edition.rows) <= 1
        named += len(bad.problems)
        assert all(f"row {number + 1}" in problem for problem in bad.problems)
    assert named >= 1


def test_a_file_cut_anywhere_is_refused_or_lacks_rows() -> None:
    """It never gives a row that the whole file does not have."""
    file = FILES["asp-pricing"]
    (whole,) = read("asp-pricing", file)
    for size in range(len(file.content)):
        bad = BadCells()
        try:
            (edition,) = KINDS["asp-pricing"].read(
                (PublishedFile(file.name, file.content[:size]),), AS_STATED, HELD, bad
            )
        except ImportRefusedError:
            continue
        assert set(edition.rows) <= set(whole.rows) or bad.problems


@pytest.mark.parametrize("digits", ["\N{FULLWIDTH DIGIT ONE}", "1_0", "NaN", "Infinity", "1e400", "--1", "21.3125?"])
def test_a_number_is_written_in_plain_digits(digits: str) -> None:
    """What else Python reads as a number is a bad cell."""
    file = given.asp_pricing([("J2357", "MARK")])
    changed = file.content.decode("cp1252").replace("MARK", digits).encode()

    with pytest.raises(ImportRefusedError, match="column Payment Limit: expected a number"):
        read("asp-pricing", PublishedFile(file.name, changed))


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("January_Web_2024_Addendum_B.04.24.24", date(2024, 1, 1)),
        ("508 version of October 2025 Web Addendum B.10.31.25", date(2025, 10, 1)),
        ("2026_January_Web_Addendum_B", date(2026, 1, 1)),
        ("OPPS Payment by HCPCS Code for CY 2025", None),
    ],
)
def test_the_month_is_read_as_cms_names_its_files(text: str, month: date | None) -> None:
    """A year alone is not a quarter."""
    assert spelled_month(text) == month


@pytest.mark.parametrize(
    ("problems", "allowed", "is_refused"), [(0, 0, False), (1, 0, True), (2, 2, False), (3, 2, True)]
)
def test_as_many_bad_cells_as_are_allowed(problems: int, allowed: int, *, is_refused: bool) -> None:
    """One more than the user allows, and all are named."""
    bad = BadCells()
    for number in range(problems):
        bad.note(f"row {number}")

    if not is_refused:
        bad.refuse_beyond(allowed)
        return
    with pytest.raises(ImportRefusedError) as refused:
        bad.refuse_beyond(allowed)

    assert all(f"row {number}\n" in str(refused.value) for number in range(problems))
    assert f"--allow {problems}." in str(refused.value)


def test_a_place_of_service_row_that_is_bad_is_left_out() -> None:
    """The user's dates, and one row of two."""
    bad = BadCells()
    rows = [("11", "Office", "NF"), ("office", "Office", "NF")]
    (edition,) = KINDS["pos"].read((given.pos(rows),), ImportDates(date(2026, 5, 1)), HELD, bad)

    assert [row[0] for row in edition.rows] == ["11"]
    assert len(bad.problems) == 1
