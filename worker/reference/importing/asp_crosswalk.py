"""CMS ASP NDC-HCPCS crosswalk: which containers belong to which code, for one quarter.

Published layout: a comma-separated file in Windows-1252. A title, the effective dates, notes, then the header
_2026_CODE, Short Description, LABELER NAME, NDC2, Drug Name, HCPCS dosage, PKG SIZE, PKG QTY, BILLUNITS, BILLUNITSPKG
and many columns without a name, then one row for each product and code. NDC2 holds an NDC as 00000-0000-00, or for
tissue products the maker's own identifier; in October 2026 the column is called NDC, and none is without a name (copy
read from clay-good/sophiewell.com@f7f832d).
"""

import re
from typing import Final

from worker.reference.importing.asp_pricing import quarter_stated
from worker.reference.importing.bad_cells import BadCells
from worker.reference.importing.known_codes import known_code, known_codes
from worker.reference.importing.published import (
    HeldTables,
    ImportDates,
    NewEdition,
    PublishedFile,
    SheetCells,
    dates_in_force,
    quarter_of,
)
from worker.reference.importing.sheet import RowsByKey, SheetRow, find_sheet

COLUMNS: Final = {
    "CODE": r"\d{4} code",
    "LABELER NAME": "labeler name",
    "NDC2": "ndc2?",
    "Drug Name": "drug name",
    "PKG SIZE": "pkg size",
    "PKG QTY": "pkg qty",
    "BILLUNITS": "billunits",
    "BILLUNITSPKG": "billunitspkg",
}
NDC: Final = re.compile(r"(\d{5})-(\d{4})-(\d{2})")
ANYTHING: Final = re.compile(r".+")


def read(
    files: tuple[PublishedFile, ...], wanted: ImportDates, held: HeldTables, bad: BadCells
) -> tuple[NewEdition, ...]:
    """The editions of `containers` and `products` that the file holds."""
    sheet = find_sheet(files, COLUMNS, "asp-crosswalk")
    codes = known_codes(held)
    with_ndc, without = RowsByKey[tuple[str, ...]](), RowsByKey[tuple[str, ...]]()
    for row in sheet.rows():
        with bad.row_left_out():
            product = row.matching("NDC2", ANYTHING, "an NDC or another product identifier")
            code = known_code(row, "CODE", codes)
            ndc = NDC.fullmatch(product)
            cells = _cells("".join(ndc.groups()) if ndc else product, code, row)
            rows = with_ndc if ndc else without
            rows.put(row, "NDC2", cells[:2], cells, f"each product once under {code}")
    first, last = dates_in_force(wanted, quarter_stated(sheet))
    name = quarter_of(first)
    return tuple(
        NewEdition(table, name, first, last, first, rows.in_order())
        for table, rows in (("containers", with_ndc), ("products", without))
    )


def _cells(product: str, code: str, row: SheetRow) -> SheetCells:
    return (
        product,
        code,
        row.text("Drug Name"),
        row.text("LABELER NAME"),
        row.maybe_number_in("PKG SIZE"),
        row.maybe_number_in("PKG QTY"),
        row.amount_in("BILLUNITS") if row.text("BILLUNITS") else "",
        row.maybe_number_in("BILLUNITSPKG"),
    )
