"""CMS NCCI medically unlikely edits: the most units of a code for one patient on one day, for one quarter.

Published layout: two files a quarter, practitioner and outpatient hospital, comma- or tab-separated, named like
MCR_MUE_PractitionerServices_Eff_07-01-2026.csv. A copyright notice, then the header HCPCS/CPT Code, Practitioner
Services MUE Values (or Outpatient Hospital Services MUE Values), MUE Adjudication Indicator, MUE Rationale. The
indicator cell begins with its digit: "3 Date of Service Edit: Clinical". The third file, of DME suppliers, is not
taken.
"""

import re
from datetime import date
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
from worker.reference.importing.sheet import RowsByKey, Sheet, SheetRow, find_sheet

VALUES: Final = {
    "outpatient_hospital": "outpatient hospital services mue values?",
    "practitioner": "practitioner services mue values?",
}
EFFECTIVE: Final = re.compile(r"eff\w{0,20}[\s_-]{1,5}(\d{1,2})[-/](\d{1,2})[-/](\d{4})", re.IGNORECASE)
WHOLE: Final = re.compile(r"[0-9]+")
INDICATOR: Final = re.compile(r"[123]\b.*")


def read(files: tuple[PublishedFile, ...], wanted: ImportDates, _: HeldTables, bad: BadCells) -> tuple[NewEdition, ...]:
    """The edition of `mue` that the two files hold together."""
    rows = RowsByKey[tuple[str, ...]]()
    starts: set[date] = set()
    for setting, values in VALUES.items():
        sheet = find_sheet(files, _columns(values), f"mue, {setting} file")
        starts.update(_stated(sheet))
        for row in sheet.rows():
            with bad.row_left_out():
                cells = _cells(row, setting)
                rows.put(row, "HCPCS/CPT Code", cells[:2], cells)
    if len(starts) > 1:
        raise ImportRefusedError(f"expected two files of one quarter, found {', '.join(map(str, sorted(starts)))}")
    start = wanted.in_force_from or next(iter(starts), None)
    first, last = dates_in_force(wanted, quarter_bounds(start) if start else None)
    return (NewEdition("mue", quarter_of(first), first, last, first, rows.in_order()),)


def _columns(values: str) -> dict[str, str]:
    return {
        "HCPCS/CPT Code": "(hcpcs cpt|cpt hcpcs|hcpcs) code",
        "MUE Values": values,
        "MUE Adjudication Indicator": "mue adjudication indicator.*",
        "MUE Rationale": "mue rationale",
    }


def _stated(sheet: Sheet) -> list[date]:
    found = EFFECTIVE.search(sheet.file) or EFFECTIVE.search(sheet.preamble)
    return [date(int(found[3]), int(found[1]), int(found[2]))] if found else []


def _cells(row: SheetRow, setting: str) -> SheetCells:
    return (
        row.matching("HCPCS/CPT Code", CODE, "a code of five characters"),
        setting,
        row.matching("MUE Values", WHOLE, "a whole number").lstrip("0") or "0",
        row.matching("MUE Adjudication Indicator", INDICATOR, "1, 2 or 3 and a text")[0],
        row.text("MUE Rationale"),
    )
