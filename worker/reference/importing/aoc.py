"""CMS NCCI add-on code edits: codes that are paid only beside a primary code.

Published layout: one file a quarter, tab-separated or saved as .csv, named like AOC_V2026Q3-MCR.txt. A copyright
notice, then the header AOC_Edit_Type, Add-On_Code, AOC_DelDT, Primary_Code, Primary_Code_DelDT, AOC_Edit_EffDT,
AOC_Edit_DelDT, Special_Instruction_Notes. Dates as YYYYDDD, the day counted in the year; a deletion date is the last
day in force. The primary code CCCCC says that the contractor decides.

A pairing ends with the first of its own deletion date and those of its two codes.
"""

import re
from datetime import date, datetime
from typing import Final

from worker.reference.importing.asp_pricing import CODE
from worker.reference.importing.bad_cells import BadCells
from worker.reference.importing.published import (
    HeldTables,
    ImportDates,
    ImportRefusedError,
    NewEdition,
    PublishedFile,
    SheetCells,
    dates_in_force,
    quarter_bounds,
    quarter_of,
)
from worker.reference.importing.sheet import RowsByKey, SheetRow, find_sheet

COLUMNS: Final = {
    "AOC_Edit_Type": "aoc edit type",
    "Add-On_Code": "add on code",
    "AOC_DelDT": "aoc del ?dt",
    "Primary_Code": "primary code",
    "Primary_Code_DelDT": "primary code del ?dt",
    "AOC_Edit_EffDT": "aoc edit eff ?dt",
    "AOC_Edit_DelDT": "aoc edit del ?dt",
}
DELETIONS: Final = ("AOC_DelDT", "Primary_Code_DelDT", "AOC_Edit_DelDT")
NAMED_QUARTER: Final = re.compile(r"AOC_?V(20\d\d)Q([1-4])", re.IGNORECASE)
TYPE: Final = re.compile(r"[123]")
MONTHS_OF_A_QUARTER: Final = 3


def read(files: tuple[PublishedFile, ...], wanted: ImportDates, _: HeldTables, bad: BadCells) -> tuple[NewEdition, ...]:
    """The edition of `add_on_codes` that the file holds."""
    sheet = find_sheet(files, COLUMNS, "aoc")
    rows = RowsByKey[tuple[str, ...]]()
    for row in sheet.rows():
        with bad.row_left_out():
            pairing = _pairing(row)
            if pairing:
                key = (pairing[0], pairing[1], pairing[3])
                rows.put(row, "Primary_Code", key, pairing, "each pairing once from one day", may_repeat=True)
    named = NAMED_QUARTER.search(sheet.file)
    stated = date(int(named[1]), MONTHS_OF_A_QUARTER * int(named[2]) - 2, 1) if named else None
    start = wanted.in_force_from or stated
    first, last = dates_in_force(wanted, quarter_bounds(start) if start else None)
    pairings = rows.in_order()
    if not pairings and not bad.problems:
        raise ImportRefusedError(f"{sheet.file}: expected pairings below the header, found none")
    return (NewEdition("add_on_codes", quarter_of(first), first, last, first, pairings),)


def _pairing(row: SheetRow) -> SheetCells | None:
    """None for a pairing that was deleted before it took effect."""
    begins = _day(row, "AOC_Edit_EffDT")
    if not begins:
        row.refuse("AOC_Edit_EffDT", "a date as YYYYDDD", "")
    ends = min((day for column in DELETIONS if (day := _day(row, column))), default="")
    if ends and ends < begins:
        return None
    add_on = row.matching("Add-On_Code", CODE, "a code of five characters")
    primary = row.matching("Primary_Code", CODE, "a code of five characters")
    return add_on, primary, row.matching("AOC_Edit_Type", TYPE, "1, 2 or 3"), begins, ends


def _day(row: SheetRow, column: str) -> str:
    cell = row.text(column)
    if not cell:
        return ""
    try:
        return datetime.strptime(cell, "%Y%j").date().isoformat()  # noqa: DTZ007 - a day has no time zone
    except ValueError:
        row.refuse(column, "a date as YYYYDDD", cell)
