"""CMS OPPS Addendum B: how Medicare pays each code in a hospital outpatient department, for one quarter.

Published layout: a comma- or tab-separated file in Windows-1252, named like 2026_January_Web_Addendum_B.csv. Titles and
the CPT copyright notice, then the header HCPCS Code, Short Descriptor, SI, APC, Relative Weight, Payment Rate and more,
then one row a code. Only code and status indicator are taken: descriptors of CPT codes belong to the AMA.
"""

import re
from datetime import date
from typing import Final

from worker.reference.importing.asp_pricing import CODE
from worker.reference.importing.bad_cells import BadCells
from worker.reference.importing.published import (
    HeldTables,
    ImportDates,
    NewEdition,
    PublishedFile,
    dates_in_force,
    quarter_bounds,
    quarter_of,
    spelled_month,
)
from worker.reference.importing.sheet import RowsByKey, Sheet, find_sheet

COLUMNS: Final = {"HCPCS Code": "hcpcs( code)?", "SI": "si|status indicator", "APC": "apc"}
STATUS: Final = re.compile(r"[A-Z]\d?")


def read(files: tuple[PublishedFile, ...], wanted: ImportDates, _: HeldTables, bad: BadCells) -> tuple[NewEdition, ...]:
    """The edition of `opps_status` that the file holds."""
    sheet = find_sheet(files, COLUMNS, "opps")
    statuses = RowsByKey[str]()
    for row in sheet.rows():
        with bad.row_left_out():
            code = row.matching("HCPCS Code", CODE, "a code of five characters")
            status = row.matching("SI", STATUS, "a status indicator such as K or Q1")
            statuses.put(row, "HCPCS Code", code, (code, status))
    start = wanted.in_force_from or _stated(sheet)
    first, last = dates_in_force(wanted, quarter_bounds(start) if start else None)
    return (NewEdition("opps_status", quarter_of(first), first, last, first, statuses.in_order()),)


def _stated(sheet: Sheet) -> date | None:
    return spelled_month(sheet.preamble) or spelled_month(sheet.file)
