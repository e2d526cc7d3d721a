"""CMS ASP NDC-HCPCS crosswalk: which containers belong to which code, for one quarter.

Published layout: a comma-separated file in Windows-1252. A title, the effective dates, notes, then the header
_2026_CODE, Short Description, LABELER NAME, NDC2, Drug Name, HCPCS dosage, PKG SIZE, PKG QTY, BILLUNITS, BILLUNITSPKG
and many columns without a name, then one row for each product and code. NDC2 holds an NDC as 00000-0000-00, or for
tissue products the maker's own identifier.
"""

import re
from typing import Final

from worker.reference.importing.asp_pricing import CODE, quarter_stated
from worker.reference.importing.published import (
    HeldTables,
    ImportDates,
    NewEdition,
    PublishedFile,
    SheetCells,
    dates_in_force,
    quarter_of,
)
from worker.reference.importing.sheet import SheetRow, find_sheet

COLUMNS: Final = {
    "CODE": r"\d{4} code",
    "LABELER NAME": "labeler name",
    "NDC2": "ndc2",
    "Drug Name": "drug name",
    "PKG SIZE": "pkg size",
    "PKG QTY": "pkg qty",
    "BILLUNITS": "billunits",
    "BILLUNITSPKG": "billunitspkg",
}
NDC: Final = re.compile(r"(\d{5})-(\d{4})-(\d{2})")
ANYTHING: Final = re.compile(r".+")


def read(files: tuple[PublishedFile, ...], wanted: ImportDates, _: HeldTables) -> tuple[NewEdition, ...]:
    """The editions of `containers` and `products` that the file holds."""
    sheet = find_sheet(files, COLUMNS, "asp-crosswalk")
    with_ndc: dict[tuple[str, str], SheetCells] = {}
    without: dict[tuple[str, str], SheetCells] = {}
    for row in sheet.rows():
        product = row.matching("NDC2", ANYTHING, "an NDC or another product identifier")
        ndc = NDC.fullmatch(product)
        cells = _cells("".join(ndc.groups()) if ndc else product, row)
        rows = with_ndc if ndc else without
        if cells[:2] in rows:
            row.refuse("NDC2", f"each product once under {cells[1]}", product)
        rows[cells[0], cells[1]] = cells
    first, last = dates_in_force(wanted, quarter_stated(sheet))
    name = quarter_of(first)
    return tuple(
        NewEdition(table, name, first, last, first, tuple(rows[key] for key in sorted(rows)))
        for table, rows in (("containers", with_ndc), ("products", without))
    )


def _cells(product: str, row: SheetRow) -> SheetCells:
    return (
        product,
        row.matching("CODE", CODE, "a code of five characters"),
        row.text("Drug Name"),
        row.text("LABELER NAME"),
        row.maybe_number_in("PKG SIZE"),
        row.maybe_number_in("PKG QTY"),
        row.maybe_number_in("BILLUNITS"),
        row.maybe_number_in("BILLUNITSPKG"),
    )
