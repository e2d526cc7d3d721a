"""CMS list of codes under the JW and JZ policy, whose containers are all single-dose.

Published layout: a PDF table, "JW Modifier and JZ Modifier Policy HCPCS Codes", with its date. Saved as a
comma-separated file it has a header with a column HCPCS Code (or HCPCS) and one row a code; other columns are not
taken. The date is read from the file name or the text above the header, or given with --in-force-from. The dates of the
duty are those of the CMS discarded drugs policy and the same for every code.
"""

import re
from datetime import date
from typing import Final

from worker.reference.importing.bad_cells import BadCells
from worker.reference.importing.known_codes import known_code, known_codes
from worker.reference.importing.published import (
    HeldTables,
    ImportDates,
    ImportRefusedError,
    NewEdition,
    PublishedFile,
    spelled_days,
)
from worker.reference.importing.sheet import RowsByKey, Sheet, find_sheet

COLUMNS: Final = {"HCPCS Code": "hcpcs( code)?"}
DESCRIBING: Final = {"Descriptor": "(short |long )?descript(or|ion)|single dose"}
# JW due, JZ usable, JZ required, claims returned: CMS discarded drugs page and CLM104 chapter 17, section 40.
DUTY_DATES: Final = ("2017-01-01", "2023-01-01", "2023-07-01", "2023-10-01")
POLICY_START: Final = date(2017, 1, 1)
NAMED_DAY: Final = re.compile(r"(20\d\d)-(\d\d)-(\d\d)")


def read(
    files: tuple[PublishedFile, ...], wanted: ImportDates, held: HeldTables, bad: BadCells
) -> tuple[NewEdition, ...]:
    """The edition of `waste_duty` that the list makes."""
    sheet = find_sheet(files, COLUMNS | DESCRIBING, "jw-jz")
    codes = known_codes(held)
    rows = RowsByKey[str]()
    for row in sheet.rows():
        with bad.row_left_out():
            code = known_code(row, "HCPCS Code", codes)
            rows.put(row, "HCPCS Code", code, (code, *DUTY_DATES))
    listed = wanted.in_force_from or _stated(sheet)
    if listed is None:
        raise ImportRefusedError(
            f"{sheet.file}: does not say of which day the list is: give --in-force-from YYYY-MM-DD"
        )
    return (NewEdition("waste_duty", listed.isoformat(), POLICY_START, None, listed, rows.in_order()),)


def _stated(sheet: Sheet) -> date | None:
    if named := NAMED_DAY.search(sheet.file):
        return date(int(named[1]), int(named[2]), int(named[3]))
    return next(iter(spelled_days(sheet.preamble)), None)
