"""CMS ASP pricing file: payment limits of Part B drugs for one quarter.

Published layout: a comma-separated file in Windows-1252. A title, "Effective October 1, 2025 through December 31,
2025", notes, then the header HCPCS Code, Short Description, HCPCS Code Dosage, Payment Limit and columns that we do not
take, then one row a code, sorted. A limit of N/A means that the contractor prices the code; it is left out.
"""

import re
from datetime import date
from typing import Final

from worker.reference.importing.bad_cells import BadCells
from worker.reference.importing.published import (
    HeldTables,
    ImportDates,
    ImportRefusedError,
    NewEdition,
    PublishedFile,
    dates_in_force,
    quarter_of,
    spelled_days,
)
from worker.reference.importing.sheet import RowsByKey, Sheet, find_sheet

COLUMNS: Final = {
    "HCPCS Code": "hcpcs code",
    "HCPCS Code Dosage": "hcpcs code dosage",
    "Payment Limit": "payment limit",
    "Co-insurance Percentage": "co insurance percentage",
}
CODE: Final = re.compile(r"[A-Z0-9]{5}")
BOTH_ENDS: Final = 2


def read(files: tuple[PublishedFile, ...], wanted: ImportDates, _: HeldTables, bad: BadCells) -> tuple[NewEdition, ...]:
    """The edition of `asp_limits` that the file holds."""
    sheet = find_sheet(files, COLUMNS, "asp-pricing")
    limits = RowsByKey[str]()
    for row in sheet.rows():
        with bad.row_left_out():
            code = row.matching("HCPCS Code", CODE, "a code of five characters")
            limit = row.text("Payment Limit")
            is_priced = limit.upper() != "N/A"
            limits.put(row, "HCPCS Code", code, (code, row.amount_in("Payment Limit") if is_priced else ""))
    first, last = dates_in_force(wanted, quarter_stated(sheet))
    return (
        NewEdition(
            "asp_limits", quarter_of(first), first, last, first, tuple(row for row in limits.in_order() if row[1])
        ),
    )


def quarter_stated(sheet: Sheet) -> tuple[date, date] | None:
    """The days in "Effective October 1, 2025 through December 31, 2025"."""
    days = spelled_days(sheet.preamble)
    if not days:
        return None
    if len(days) != BOTH_ENDS or days[1] < days[0]:
        raise ImportRefusedError(f"{sheet.file}: expected two days in order above the header, found {days}")
    return days[0], days[1]
