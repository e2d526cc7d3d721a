"""The publishers' files become editions exactly, and files that do not fit are refused by row and column."""

from collections.abc import Sequence
from datetime import date

import pytest

from tests.unit.reference import published_files as given
from worker.reference.importing.bad_cells import BadCells
from worker.reference.importing.kinds import KINDS
from worker.reference.importing.published import (
    ImportDates,
    ImportRefusedError,
    NewEdition,
    NewestEdition,
    PublishedFile,
)
from worker.reference.tables.packed_pairs import PackedPairs
from worker.reference.tables.policy_rows import NcciPair

AS_STATED = ImportDates()
SPRING = (date(2026, 4, 1), date(2026, 6, 30))
PLACES = NewestEdition(
    "2024-07",
    date(2024, 7, 1),
    None,
    date(2024, 7, 1),
    ({"code": "11", "facility": "false", "name": "Office"}, {"code": "22", "facility": "true", "name": "Hospital"}),
)
DRUG_COLUMNS = (
    *(
        "hcpcs",
        "class",
        "generic_name",
        "brands",
        "short_description",
        "unit_amount",
        "unit",
        "unit_up_to",
        "unit_text",
    ),
    *("routes", "single_dose", "coverage_code", "effective_from", "effective_to", "first_seen", "successor"),
)
DRUGS = NewestEdition(
    "2026-01",
    date(1982, 1, 1),
    None,
    date(2026, 1, 12),
    (dict.fromkeys(DRUG_COLUMNS, "") | {"hcpcs": "J1299", "unit": "mg", "first_seen": "asp_2025q4"},),
)
SKIN = NewestEdition("2025-10", date(2009, 1, 1), None, date(2025, 10, 1), ())
LISTED = ({"hcpcs": "J2357"}, {"hcpcs": "J0129"}, {"hcpcs": "Q4111"})
CODES = NewestEdition("2024-07", date(1982, 1, 1), date(2024, 9, 30), date(2024, 7, 1), LISTED)
HELD = {"place_of_service": PLACES, "drugs": DRUGS, "skin_substitutes": SKIN, "hcpcs": CODES}


def read(kind: str, *files: PublishedFile, wanted: ImportDates = AS_STATED) -> Sequence[NewEdition]:
    """What a kind's reader makes of some files, all of whose cells read."""
    bad = BadCells()
    editions = KINDS[kind].read(files, wanted, HELD, bad)
    bad.refuse_beyond(0)
    return editions


def test_asp_limits_are_taken_in_their_shortest_spelling() -> None:
    """98.160 dollars are 98.16, rows are sorted, and a code without a limit is left out."""
    (edition,) = read("asp-pricing", given.asp_pricing([("J2357", "98.160"), ("A9606", "N/A"), ("90371", "1,134.194")]))

    assert edition.rows == (("90371", "1134.194"), ("J2357", "98.16"))
    assert (edition.table, edition.name) == ("asp_limits", "2026q2")
    assert (edition.in_force_from, edition.in_force_to) == SPRING


def test_the_crosswalk_gives_containers_and_products() -> None:
    """NDCs lose their hyphens; other identifiers go to the products; stray blanks go."""
    containers, products = read(
        "asp-crosswalk",
        given.asp_crosswalk([("50242-0040-62", "J2357", "30.00"), ("GG100", "Q4111", "2.25")]),
    )

    assert containers.rows == (
        ("50242004062", "J2357", "Drug\N{TRADE MARK SIGN}", "Maker, Inc.", "0.5", "1", "30", "30"),
    )
    assert [row[:2] for row in products.rows] == [("GG100", "Q4111")]
    assert (containers.table, products.table, products.name) == ("containers", "products", "2026q2")


def test_the_crosswalk_is_read_by_the_newer_name_of_its_column() -> None:
    """In October 2026 CMS calls NDC what was NDC2."""
    older = given.asp_crosswalk([("50242-0040-62", "J2357", "30.00"), ("GG100", "Q4111", "2.25")])
    newer = PublishedFile(older.name, older.content.replace(b",NDC2,", b",NDC,"))

    assert newer.content != older.content
    assert read("asp-crosswalk", newer) == read("asp-crosswalk", older)


def test_hcpcs_records_become_codes() -> None:
    """Descriptions go on over several records; modifiers are not taken."""
    codes, _, _ = read(
        "hcpcs",
        given.hcpcs(
            [
                given.hcpcs_record("A4216", "Sterile water", "Sterile water/saline, 10 ml", "20040101", coverage="D"),
                given.hcpcs_record("J0135", "Injection, adalimumab, 20 mg", "Adalimumab", "20050101", "20241231"),
                given.hcpcs_record("   JZ", "Zero drug amount discarded", "Zero drug", kind="7"),
            ]
        ),
    )

    assert codes.rows == (
        ("A4216", "Sterile water/saline, 10 ml", "D", "2004-01-01", "", ""),
        ("J0135", "Adalimumab", "C", "2005-01-01", "2024-12-31", ""),
    )
    assert (codes.name, codes.in_force_from, codes.in_force_to) == ("2026-04", date(1982, 1, 1), date(2026, 6, 30))


def test_hcpcs_dates_go_into_the_drugs() -> None:
    """A drug known only since a publication gets its own first day."""
    _, drugs, _ = read("hcpcs", given.hcpcs([given.hcpcs_record("J1299", "Eculizumab", "Inj eculizumab", "20250401")]))
    (row,) = [dict(zip(DRUG_COLUMNS, cells, strict=True)) for cells in drugs.rows]

    assert (row["effective_from"], row["first_seen"], row["unit"]) == ("2025-04-01", "", "mg")


@pytest.mark.parametrize(
    ("code", "description", "expected"),
    [
        ("J9999", "Injection, newmab, 10 mg", ("antineoplastic", "newmab", "10", "mg", "false")),
        ("J0001", "Injection, furosemide, up to 20 mg", ("drug", "furosemide", "20", "mg", "true")),
        (
            "Q5999",
            "Injection, newmab-abcd, biosimilar, 0.5 milligrams",
            ("biosimilar", "newmab-abcd, biosimilar", "0.5", "mg", "false"),
        ),
        ("J7199", "Factor viii per i.u.", ("drug", "Factor viii", "1", "IU", "false")),
        (
            "J7321",
            "Hyaluronan, for intra-articular injection, per dose",
            ("drug", "Hyaluronan, for intra-articular injection", "1", "dose", "false"),
        ),
        ("J3490", "Unclassified drugs", ("drug", "Unclassified drugs", "", "", "")),
        ("J0002", "Injection, newmab, per gm", ("drug", "newmab", "1", "g", "false")),
        (
            "J7998",
            "Complex (human), per i.u. of factor ix activity",
            ("drug", "Complex (human)", "1", "IU", "false"),
        ),
        # Two amounts are one unit of neither drug.
        (
            "J0003",
            "Injection, newmab 5 mg and othermab 1 mg",
            ("drug", "newmab 5 mg and othermab 1 mg", "", "", ""),
        ),
        ("J0004", "Injection, newmab 0.25 mg/othermab 5 mg", ("drug", "newmab 0.25 mg/othermab 5 mg", "", "", "")),
    ],
)
def test_a_drug_code_that_is_not_held_is_added(code: str, description: str, expected: tuple[str, ...]) -> None:
    """Its unit is what the descriptor says, or unknown."""
    _, drugs, _ = read("hcpcs", given.hcpcs([given.hcpcs_record(code, description, "Short")]))
    rows = {cells[0]: dict(zip(DRUG_COLUMNS, cells, strict=True)) for cells in drugs.rows}

    told = tuple(rows[code][column] for column in ("class", "generic_name", "unit_amount", "unit", "unit_up_to"))
    assert told == expected


def test_a_long_description_goes_on_in_the_next_record() -> None:
    """A descriptor that breaks between two records reads as one."""
    records = [
        given.hcpcs_record("J0001", "Injection, newmab,", "Newmab"),
        given.hcpcs_record("J0001", "5 mg", "", kind="4"),
    ]
    _, drugs, _ = read("hcpcs", given.hcpcs(records))
    rows = {cells[0]: dict(zip(DRUG_COLUMNS, cells, strict=True)) for cells in drugs.rows}

    assert (rows["J0001"]["unit_amount"], rows["J0001"]["unit"]) == ("5", "mg")


def test_mue_takes_both_settings() -> None:
    """One edition holds the limits of practitioners and hospitals."""
    (edition,) = read("mue", given.mue([("J2357", "120")]), given.mue([("J2357", "0")], "Outpatient Hospital"))

    assert edition.rows == (
        ("J2357", "outpatient_hospital", "0", "3", "Clinical: Data"),
        ("J2357", "practitioner", "120", "3", "Clinical: Data"),
    )
    assert (edition.name, edition.in_force_to) == ("2026q4", date(2026, 12, 31))


def test_ptp_takes_every_pair() -> None:
    """But for those that never took effect; the files come in any order."""
    (edition,) = read(
        "ptp",
        given.ptp([("96365", "96372", "19960101", "*", "0")], "ccioph-v323r0-f1.txt"),
        given.ptp(
            [
                ("96413", "99213", "20200101", "*", "1"),
                ("96413", "99213", "20100101", "20191231", "0"),
                ("96413", "99214", "20200101", "20200101", "1"),
                ("10000", "0213T", "20200101", "99991231", "9"),
            ]
        ),
    )

    assert edition.packed is not None
    assert list(PackedPairs(edition.packed)) == [
        NcciPair(0, date(1996, 1, 1), None, "Misuse of codes", "outpatient_hospital", "96365", "96372"),
        NcciPair(9, date(2020, 1, 1), None, "Misuse of codes", "practitioner", "10000", "0213T"),
        NcciPair(0, date(2010, 1, 1), date(2019, 12, 31), "Misuse of codes", "practitioner", "96413", "99213"),
        NcciPair(1, date(2020, 1, 1), None, "Misuse of codes", "practitioner", "96413", "99213"),
    ]
    assert (edition.count, edition.name, edition.in_force_from) == (4, "2026q4", date(2026, 10, 1))


@pytest.mark.parametrize(
    ("again", "is_bad"),
    [
        (("96413", "99213", "20200101", "*", "1"), False),
        (("96413", "99213", "20200101", "*", "0"), True),
        (("96413", "99213", "20100101", "20200101", "1"), True),
        (("96413", "99213", "20100101", "20191231", "1"), False),
    ],
)
def test_rows_of_a_pair_that_contradict_each_other_are_left_out(again: tuple[str, ...], *, is_bad: bool) -> None:
    """The same row twice is one; two rows for one day are neither."""
    bad = BadCells()
    rows = [("96413", "99213", "20200101", "*", "1"), again, ("96413", "99214", "20200101", "*", "1")]
    (edition,) = KINDS["ptp"].read((given.ptp(rows), PTP_HOSPITAL), AS_STATED, HELD, bad)

    assert edition.packed is not None
    held = {(pair.column1, pair.column2) for pair in PackedPairs(edition.packed)}
    assert (("96413", "99213") not in held) == is_bad
    assert [("practitioner, 96413+99213: begins 2020-01-01" in problem) for problem in bad.problems] == [True] * is_bad
    assert ("96413", "99214") in held


def test_add_on_codes_end_with_the_first_of_three_days() -> None:
    """A pairing ends with itself or with either of its codes; days are counted in the year."""
    (edition,) = read(
        "aoc",
        given.aoc(
            [
                ("1", "96415", "", "96413", "", "2013091", ""),
                ("1", "96366", "", "96367", "2025365", "2014001", "2026090"),
                ("3", "77001", "2024366", "CCCCC", "", "2013091", ""),
                ("1", "96411", "", "96409", "", "2026001", "2025365"),
            ]
        ),
    )

    assert edition.rows == (
        ("77001", "CCCCC", "3", "2013-04-01", "2024-12-31"),
        ("96366", "96367", "1", "2014-01-01", "2025-12-31"),
        ("96415", "96413", "1", "2013-04-01", ""),
    )
    assert (edition.name, edition.in_force_from, edition.in_force_to) == (
        "2026q4",
        date(2026, 10, 1),
        date(2026, 12, 31),
    )


def test_excludes_notes_are_taken_by_their_codes() -> None:
    """Dashes and dots go, lists are split, ranges stay; what cannot be compared is left out."""
    (edition,) = read(
        "icd10cm-tabular",
        given.icd10cm_tabular(
            [
                ("E08-E13", "transitory disorders (P70-P74)"),
                ("E10", "type 2 diabetes (E11.-)"),
                ("E10.1", "two of them (E13.0, R73.9)"),
                ("E11", "see elsewhere"),
                ("E11.4", "neuropathy (E08-E13 with .42)"),
                ("E13.6", "of one category (E10.1-E10.4)"),
                ("E13.7", "of two categories (E10.1-E11.4)"),
            ]
        ),
    )

    assert edition.rows == (
        ("E08-E13", "P70-P74", "false"),
        ("E10", "E11", "true"),
        ("E101", "E130", "true"),
        ("E101", "R739", "false"),
        ("E136", "E101-E104", "true"),
    )
    assert (edition.name, edition.in_force_from, edition.in_force_to) == (
        "fy2027",
        date(2026, 10, 1),
        date(2027, 9, 30),
    )


def test_the_jw_jz_list_gives_every_code_the_dates_of_the_policy() -> None:
    """The list has no dates of its own but the day it was made."""
    (edition,) = read("jw-jz", given.jw_jz(["J2357", "J0129"]))

    assert edition.rows[0] == ("J0129", "2017-01-01", "2023-01-01", "2023-07-01", "2023-10-01")
    assert (edition.name, edition.published, len(edition.rows)) == ("2026-06-18", date(2026, 6, 18), 2)


@pytest.mark.parametrize("month", ["April 2026", "2026_April"])
def test_addendum_b_gives_status_indicators(month: str) -> None:
    """The month names the quarter; stray blanks behind an indicator go."""
    (edition,) = read("opps", given.opps([("J2357", "K  "), ("96413", "S")], month))

    assert edition.rows == (("96413", "S"), ("J2357", "K"))
    assert (edition.name, edition.in_force_from, edition.in_force_to) == ("2026q2", *SPRING)


def test_the_order_file_gives_billable_codes() -> None:
    """Headings are left out; the year of the name is the fiscal year."""
    (edition,) = read("icd10cm", given.icd10cm([("J45", "0"), ("J4550", "1"), ("A000", "1")]))

    assert edition.rows == (("A000",), ("J4550",))
    assert (edition.name, edition.in_force_from, edition.in_force_to) == (
        "fy2027",
        date(2026, 10, 1),
        date(2027, 9, 30),
    )


def test_an_update_within_the_year_has_a_name_of_its_own() -> None:
    """The April release begins when the user says so, and ends with the fiscal year."""
    (edition,) = read("icd10cm", given.icd10cm([("A000", "1")]), wanted=ImportDates(date(2027, 4, 1)))

    assert (edition.name, edition.in_force_to) == ("fy2027-2027-04-01", date(2027, 9, 30))


def test_places_of_service_keep_the_rate_that_a_list_does_not_tell() -> None:
    """Ranges are spread out, and an unassigned code has no rate."""
    rows = [("11", "Office", ""), ("21", "Inpatient Hospital", "F"), ("12", "Home", "NF"), ("35-36", "Unassigned", "")]
    (edition,) = read("pos", given.pos(rows), wanted=ImportDates(date(2026, 5, 1)))

    assert edition.rows == (
        ("11", "false", "Office"),
        ("12", "false", "Home"),
        ("21", "true", "Inpatient Hospital"),
        ("35", "", "Unassigned"),
        ("36", "", "Unassigned"),
    )
    assert (edition.name, edition.in_force_to) == ("2026-05", None)


def test_the_user_s_dates_come_before_those_of_the_file() -> None:
    """A correction within a quarter begins when the user says so."""
    (edition,) = read("asp-pricing", given.asp_pricing([("J2357", "1")]), wanted=ImportDates(date(2026, 5, 1)))

    assert (edition.in_force_from, edition.in_force_to) == (date(2026, 5, 1), date(2026, 6, 30))


def cut(file: PublishedFile, size: int) -> PublishedFile:
    """The file without its last bytes."""
    return PublishedFile(file.name, file.content[:-size])


PTP_HOSPITAL = given.ptp([("96365", "96372", "20200101", "*", "0")], "ccioph-v323r0-f1.txt")


@pytest.mark.parametrize(
    ("kind", "files", "expected"),
    [
        (
            "asp-pricing",
            [given.opps([("J2357", "K")])],
            "asp-pricing: expected a .csv or .txt file with the columns HCPCS",
        ),
        (
            "asp-pricing",
            [given.asp_pricing([("J2357", "dear")])],
            "row 6, column Payment Limit: expected a number, found 'dear'",
        ),
        (
            "asp-pricing",
            [given.asp_pricing([("J23", "1")])],
            "row 6, column HCPCS Code: expected a code of five characters",
        ),
        ("asp-pricing", [given.asp_pricing([("J2357", "1")] * 2)], "row 7, column HCPCS Code: expected each code once"),
        ("asp-pricing", [given.asp_pricing([("J2357", "1")], "Soon")], "give --in-force-from YYYY-MM-DD"),
        (
            "asp-pricing",
            [given.asp_pricing([("J2357", "1")], "From April 1, 2026")],
            "expected two days in order above",
        ),
        (
            "asp-pricing",
            [cut(given.asp_pricing([("J2357", "1"), ("J2358", "1")]), 12)],
            "row 7: expected 6 cells as in the header",
        ),
        ("asp-pricing", [given.asp_pricing([("J2357", "1")])] * 2, "asp-pricing: expected one such file, found"),
        ("asp-crosswalk", [given.asp_pricing([("J2357", "1")])], "asp-crosswalk: expected a .csv or .txt file"),
        ("asp-crosswalk", [given.asp_crosswalk([("", "J2357", "1")])], "row 6, column NDC2: expected an NDC"),
        (
            "asp-crosswalk",
            [given.asp_crosswalk([("X1", "J2357", "1")] * 2)],
            "row 7, column NDC2: expected each product once under J2357",
        ),
        (
            "asp-crosswalk",
            [given.asp_crosswalk([("X1", "J2357", "some")])],
            "row 6, column BILLUNITS: expected a number, found 'some'",
        ),
        ("hcpcs", [given.jw_jz(["J2357"])], "hcpcs: expected one file named like HCPC2026_JAN_ANWEB.txt"),
        ("hcpcs", [given.hcpcs(["J2357 is not a record"])], "row 1: expected a record of 320 characters"),
        (
            "hcpcs",
            [given.hcpcs([given.hcpcs_record("J2357", "A", "A", "April")])],
            "row 1, column date added (269-276): expected a date",
        ),
        (
            "hcpcs",
            [given.hcpcs([given.hcpcs_record("J2357", "A", "A", kind="4")])],
            "row 1, column code: expected the code of the record above",
        ),
        (
            "hcpcs",
            [given.hcpcs([given.hcpcs_record("J2357", "A", "A")] * 2)],
            "row 2, column code: expected each code once",
        ),
        (
            "hcpcs",
            [given.hcpcs([given.hcpcs_record("   JZ", "A", "A", kind="7")])],
            "expected Level II codes, found none",
        ),
        (
            "hcpcs",
            [cut(given.hcpcs([given.hcpcs_record("J2357", "A", "A")]), 60)],
            "row 1: expected a record of 320 characters",
        ),
        ("mue", [given.mue([("J2357", "1")])], "mue, outpatient_hospital file: expected a .csv or .txt file"),
        (
            "mue",
            [given.mue([("J2357", "1")]), given.mue([("J2357", "1.5")], "Outpatient Hospital")],
            "row 3, column MUE Values: expected a whole number, found '1.5'",
        ),
        (
            "mue",
            [given.mue([("J2357", "1")]), given.mue([("J2357", "1")], "Outpatient Hospital", "07-01-2026")],
            "expected two files of one quarter",
        ),
        ("ptp", [given.ptp([("96413", "99213", "20200101", "*", "1")])], "found none for outpatient_hospital"),
        (
            "ptp",
            [given.ptp([("96413", "99213", "soon", "*", "1")]), PTP_HOSPITAL],
            "row 4, column Effective Date: expected a date as YYYYMMDD",
        ),
        (
            "ptp",
            [given.ptp([("96413", "99213", "20200101", "*", "2")]), PTP_HOSPITAL],
            "row 4, column Modifier: expected 0, 1 or 9, found '2'",
        ),
        (
            "ptp",
            [cut(given.ptp([("96413", "99213", "20200101", "*", "1")] * 2), 25), PTP_HOSPITAL],
            "row 5: expected 7 cells that begin with two codes",
        ),
        (
            "ptp",
            [given.ptp([], f"ccipra-v323r0-f{part}.txt") for part in (1, 4)] + [PTP_HOSPITAL],
            "expected each numbered file of practitioner, found none for f2, f3",
        ),
        ("ptp", [given.ptp([("96413", "99213", "20200101", "*", "1")], "pairs.txt")], "expected a name with ccipra"),
        (
            "ptp",
            [PublishedFile("ccipra-v323.txt", b"96413\t99213\t\t20200101\t*\t1\tWhy\r\n"), PTP_HOSPITAL],
            "expected PTP edits with a header",
        ),
        (
            "ptp",
            [given.ptp([("96413", "99213", "20200101", "*", "1")], "ccipra-v322.txt"), PTP_HOSPITAL],
            "ptp: expected files of one quarter",
        ),
        ("aoc", [given.jw_jz(["J2357"])], "aoc: expected a .csv or .txt file with the columns AOC_Edit_Type"),
        (
            "aoc",
            [given.aoc([("1", "96415", "", "96413", "", "2013400", "")])],
            "row 3, column AOC_Edit_EffDT: expected a date as YYYYDDD, found '2013400'",
        ),
        (
            "aoc",
            [given.aoc([("1", "96415", "", "96413", "", "", "")])],
            "row 3, column AOC_Edit_EffDT: expected a date as YYYYDDD, found 'nothing'",
        ),
        (
            "aoc",
            [given.aoc([("4", "96415", "", "96413", "", "2013091", "")])],
            "row 3, column AOC_Edit_Type: expected 1, 2 or 3, found '4'",
        ),
        (
            "aoc",
            [
                given.aoc(
                    [("1", "96415", "", "96413", "", "2013091", ""), ("2", "96415", "", "96413", "", "2013091", "")]
                )
            ],
            "row 4, column Primary_Code: expected each pairing once from one day",
        ),
        ("aoc", [given.aoc([("1", "96411", "", "96409", "", "2026001", "2025365")])], "expected pairings below"),
        ("aoc", [given.aoc([("1", "96415", "", "96413", "", "2013091", "")], "codes.txt")], "give --in-force-from"),
        ("jw-jz", [given.jw_jz(["J2357"], "list.csv")], "give --in-force-from"),
        ("jw-jz", [given.jw_jz(["J2357", "J2357"])], "row 3, column HCPCS Code: expected each code once"),
        ("opps", [given.jw_jz(["J2357"])], "opps: expected a .csv or .txt file with the columns HCPCS Code, SI, APC"),
        (
            "opps",
            [given.opps([("J2357", "paid")])],
            "row 4, column SI: expected a status indicator such as K or Q1, found 'paid'",
        ),
        ("icd10cm", [given.jw_jz(["J2357"])], "icd10cm: expected one file named like icd10cm_order_2026.txt"),
        ("icd10cm", [given.icd10cm([("A000", "1"), ("A000", "1")])], "expected billable codes, each once"),
        ("icd10cm", [given.icd10cm([("A00.0", "1")])], "row 1: expected order number, code, 0 or 1 and a description"),
        ("icd10cm", [cut(given.icd10cm([("A000", "1"), ("A001", "1")]), 75)], "row 2: expected order number"),
        ("icd10cm-tabular", [given.jw_jz(["J2357"])], "expected one file named like icd10cm-tabular-2026.xml"),
        ("icd10cm-tabular", [cut(given.icd10cm_tabular([("E10", "(E11.-)")]), 9)], "not readable as XML"),
        ("icd10cm-tabular", [given.icd10cm_tabular([("E10", "none")])], "expected Excludes1 notes with codes"),
        (
            "icd10cm-tabular",
            [PublishedFile("tabular.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a><version>2027</version></a>')],
            "expected XML without a document type",
        ),
        (
            "icd10cm-tabular",
            [PublishedFile("tabular.xml", b'<a><version>2027</version><chapter><section id="X"/></chapter></a>')],
            "section: expected an id such as A15-A19, found 'X'",
        ),
        (
            "icd10cm-tabular",
            [PublishedFile("tabular.xml", b"<a><version>next</version></a>")],
            "version: expected a fiscal year, found 'next'",
        ),
        ("pos", [given.pos([("11", "Office", "NF")])], "give --in-force-from"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(kind: str, files: Sequence[PublishedFile], expected: str) -> None:
    """The sentence names the row and the column, or what kind of file was expected."""
    with pytest.raises(ImportRefusedError) as refused:
        read(kind, *files)

    assert expected in str(refused.value)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (("77", "Starship", ""), "row 2, column Payment Rate: expected F or NF for the code 77"),
        (("11", "Office", "half"), "row 2, column Payment Rate: expected F or NF for the code 11"),
        (("office", "Office", "NF"), "row 2, column Code: expected two digits or a range"),
    ],
)
def test_a_place_of_service_that_does_not_fit_is_refused(row: tuple[str, str, str], expected: str) -> None:
    """The list does not state its dates, so that the user gives them."""
    with pytest.raises(ImportRefusedError) as refused:
        read("pos", given.pos([row]), wanted=ImportDates(date(2026, 5, 1)))

    assert expected in str(refused.value)


def test_a_missing_line_of_the_order_file_shows() -> None:
    """The order numbers count up without a gap."""
    file = given.icd10cm([("A000", "1"), ("A001", "1"), ("A009", "1")])
    lines = file.content.splitlines(keepends=True)

    with pytest.raises(ImportRefusedError, match="row 2, column order number: expected 00002, found 00003"):
        read("icd10cm", PublishedFile(file.name, lines[0] + lines[2]))


@pytest.mark.parametrize(
    ("first", "last", "refused"),
    [(date(2026, 4, 1), date(2026, 4, 1), False), (date(2026, 4, 2), date(2026, 4, 1), True)],
)
def test_an_edition_cannot_end_before_it_begins(first: date, last: date, *, refused: bool) -> None:
    """One day is enough; less is not."""
    wanted = ImportDates(first, last)
    try:
        read("asp-pricing", given.asp_pricing([("J2357", "1")]), wanted=wanted)
    except ImportRefusedError:
        assert refused
    else:
        assert not refused
