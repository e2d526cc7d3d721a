"""CMS NCCI procedure-to-procedure edits: pairs of codes of which the second is not paid beside the first.

Published layout: for each quarter four practitioner files (ccipra-v313r0-f1.txt to f4) and four outpatient hospital
files (ccioph-...), tab-separated. A title and a header over one or more lines (Column 1, Column 2, * = in existence
prior to 1996, Effective Date, Deletion Date * = no data, Modifier 0 = not allowed 1 = allowed 9 = not applicable, PTP
Edit Rationale), then one row a pair with dates as YYYYMMDD. The version names the quarter: 31.3 is the fourth of 2025.

Only pairs of drug administration, E/M and a few injection procedures are kept. A pair that was deleted on the day it
began never took effect and is left out.
"""

import csv
import re
from collections.abc import Iterator
from datetime import date, datetime
from io import StringIO
from typing import Final

from worker.reference.importing.bad_cells import BadCells
from worker.reference.importing.published import (
    BadCellError,
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

HEADER_WORDS: Final = ("column 1", "column 2", "deletion", "modifier", "rationale")
HEADER_WITHIN: Final = 40
CODE: Final = re.compile(r"[A-Z0-9]{5}")
VERSION: Final = re.compile(r"v(\d{2})\.?([0-3])", re.IGNORECASE)
FIRST_VERSION_YEAR: Final = 1994
CELLS: Final = 7
OPEN: Final = frozenset({"*", "", "99991231"})
SETTINGS: Final = {"ccipra": "practitioner", "practitioner": "practitioner", "ccioph": "outpatient_hospital"} | {
    "hospital": "outpatient_hospital"
}
PROCEDURES: Final = frozenset("20610 20611 36591 36592 36593 51720 64612 64615 64616 67028".split())  # noqa: SIM905
RANGES: Final = ((96360, 96379), (96401, 96549), (99202, 99215), (99242, 99245))


def read(files: tuple[PublishedFile, ...], wanted: ImportDates, _: HeldTables, bad: BadCells) -> tuple[NewEdition, ...]:
    """The edition of `ncci_pairs` that the files hold together."""
    rows: dict[SheetCells, SheetCells] = {}
    settings: set[str] = set()
    quarters: set[date] = set()
    for file in (file for file in files if file.name.lower().endswith((".txt", ".csv"))):
        setting = _setting(file)
        settings.add(setting)
        quarters.update(_quarter(file))
        for number, cells in _pairs(file):
            with bad.row_left_out():
                row = _row(file, number, setting, cells)
                if row and rows.setdefault((*row[:3], row[5]), row) != row:
                    raise BadCellError(file.name, number, "Column 2", f"expected {row[1]}+{row[2]} once, found again")
    missing = sorted(set(SETTINGS.values()) - settings)
    if missing or not rows:
        raise ImportRefusedError(f"ptp: expected .txt files of both settings, found none for {', '.join(missing)}")
    if len(quarters) > 1:
        raise ImportRefusedError(f"ptp: expected files of one quarter, found {', '.join(map(str, sorted(quarters)))}")
    start = wanted.in_force_from or next(iter(quarters), None)
    first, last = dates_in_force(wanted, quarter_bounds(start) if start else None)
    ordered = sorted(rows.values(), key=lambda row: (row[0], row[1], row[2], row[5] or "9999"))
    return (NewEdition("ncci_pairs", quarter_of(first), first, last, first, tuple(ordered)),)


def is_held(code: str) -> bool:
    """Pairs are kept when both codes are drug administration, E/M or one of the injection procedures."""
    return code in PROCEDURES or (code.isdigit() and any(low <= int(code) <= high for low, high in RANGES))


def _setting(file: PublishedFile) -> str:
    for word, setting in SETTINGS.items():
        if word in file.name.lower():
            return setting
    raise ImportRefusedError(f"{file.name}: expected a name with ccipra (practitioner) or ccioph (outpatient hospital)")


def _quarter(file: PublishedFile) -> list[date]:
    version = VERSION.search(file.name)
    return [date(FIRST_VERSION_YEAR + int(version[1]), 3 * int(version[2]) + 1, 1)] if version else []


def _pairs(file: PublishedFile) -> Iterator[tuple[int, list[str]]]:
    """The rows below the header, but for those of pairs that are not held."""
    text = file.text()
    delimiter = "\t" if "\t" in text[:20_000] else ","
    header: list[str] | None = []
    for number, cells in enumerate(csv.reader(StringIO(text, newline=""), delimiter=delimiter), 1):
        is_pair = len(cells) >= 2 and bool(CODE.fullmatch(cells[0].strip()) and CODE.fullmatch(cells[1].strip()))  # noqa: PLR2004
        if header is not None and not is_pair and number <= HEADER_WITHIN:
            header.append(" ".join(cells).lower())
            continue
        if header is not None:
            _refuse_header(file, " ".join(header))
            header = None
        if len(cells) < CELLS or not is_pair or (is_held(cells[0].strip()) and is_held(cells[1].strip())):
            yield number, [cell.strip() for cell in cells]
    if header is not None:
        _refuse_header(file, " ".join(header))


def _refuse_header(file: PublishedFile, header: str) -> None:
    told = re.sub(r"\s+", " ", header.replace("column1", "column 1").replace("column2", "column 2"))
    missing = [word for word in HEADER_WORDS if word not in told]
    if missing:
        raise ImportRefusedError(f"{file.name}: expected PTP edits with a header, found none of: {', '.join(missing)}")


def _row(file: PublishedFile, number: int, setting: str, cells: list[str]) -> SheetCells | None:
    if len(cells) < CELLS or not (CODE.fullmatch(cells[0]) and CODE.fullmatch(cells[1])):
        found = f"expected {CELLS} cells that begin with two codes, found {len(cells)}; the file may be truncated"
        raise BadCellError(file.name, number, "", found)
    begins, ends, indicator, rationale = cells[3], cells[4], cells[5], cells[6]
    if indicator not in {"0", "1", "9"}:
        raise BadCellError(file.name, number, "Modifier", f"expected 0, 1 or 9, found {indicator!r}")
    first = _day(file, number, "Effective Date", begins)
    last = "" if ends in OPEN else _day(file, number, "Deletion Date", ends)
    if last and last <= first:
        return None
    return setting, cells[0], cells[1], indicator, first, last, " ".join(rationale.split())


def _day(file: PublishedFile, number: int, column: str, cell: str) -> str:
    try:
        return datetime.strptime(cell, "%Y%m%d").date().isoformat()  # noqa: DTZ007 - a day has no time zone
    except ValueError:
        expected = f"expected a date as YYYYMMDD, found {cell!r}"
        raise BadCellError(file.name, number, column, expected) from None
