"""CMS place of service code set.

Published layout: a table of the Medicare claims processing manual, chapter 26, section 10.5. As a comma-separated file
it has a header with Place of Service Code(s) (or POS Code), Place of Service Name (or Name) and, in the manual's list,
Payment Rate: F for the facility rate, NF for the other. Ranges such as 35-40 stand for unassigned codes. Where the rate
is not in the file it is kept from the edition we hold. The file does not say from when it is in force.
"""

import re
from collections.abc import Iterator
from typing import Final

from worker.reference.importing.bad_cells import BadCells
from worker.reference.importing.published import (
    HeldTables,
    ImportDates,
    NewEdition,
    NewestEdition,
    PublishedFile,
    dates_in_force,
)
from worker.reference.importing.sheet import RowsByKey, SheetRow, find_sheet

COLUMNS: Final = {
    "Code": "place of service codes?( s)?|pos codes?( s)?",
    "Name": "place of service name|pos name|name",
}
RATE: Final = {"Payment Rate": "payment rate.*|pos type|facility.*"}
CODES: Final = re.compile(r"(\d{1,2})(?:\s*-\s*(\d{2}))?")
FACILITY: Final = {"f": "true", "facility": "true", "nf": "false", "non facility": "false", "nonfacility": "false"}
UNASSIGNED: Final = "unassigned"


def read(
    files: tuple[PublishedFile, ...], wanted: ImportDates, held: HeldTables, bad: BadCells
) -> tuple[NewEdition, ...]:
    """The edition of `place_of_service` that the file holds."""
    sheet = find_sheet(files, COLUMNS, "pos", RATE)
    rows = RowsByKey[str]()
    for row in sheet.rows():
        with bad.row_left_out():
            for code in _codes(row):
                rows.put(row, "Code", code, (code, _facility(row, code, held["place_of_service"]), row.text("Name")))
    first, last = dates_in_force(wanted, None)
    name = f"{first.year}-{first.month:02}"
    return (NewEdition("place_of_service", name, first, last, first, rows.in_order()),)


def _codes(row: SheetRow) -> Iterator[str]:
    found = CODES.fullmatch(row.text("Code"))
    if not found:
        row.refuse("Code", "two digits or a range such as 35-40", row.text("Code"))
    low, high = int(found[1]), int(found[2] or found[1])
    yield from (f"{code:02}" for code in range(low, high + 1))


def _facility(row: SheetRow, code: str, held: NewestEdition) -> str:
    if UNASSIGNED in row.text("Name").lower():
        return ""
    rate = " ".join(re.sub(r"[^a-z]+", " ", row.text("Payment Rate").lower()).split())
    if rate in FACILITY:
        return FACILITY[rate]
    known = {each["code"]: each["facility"] for each in held.rows}
    if rate or not known.get(code):
        row.refuse("Payment Rate", f"F or NF for the code {code}, which no edition holds", row.text("Payment Rate"))
    return known[code]
