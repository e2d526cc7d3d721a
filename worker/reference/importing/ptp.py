"""CMS NCCI procedure-to-procedure edits: pairs of codes of which the second is not paid beside the first.

Published layout: for each quarter four practitioner files (ccipra-v313r0-f1.txt to f4) and four outpatient hospital
files (ccioph-...), tab-separated. A title and a header over one or more lines (Column 1, Column 2, * = in existence
prior to 1996, Effective Date, Deletion Date * = no data, Modifier 0 = not allowed 1 = allowed 9 = not applicable, PTP
Edit Rationale), then one row a pair with dates as YYYYMMDD. The version names the quarter: 31.3 is the fourth of 2025.

The files are cumulative: they hold the ended pairs too. A pair that was deleted on the day it began never took effect
and is left out.
"""

import csv
import re
from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache
from typing import Final

from worker.reference.importing.bad_cells import BadCells
from worker.reference.importing.pair_rows import PairRows
from worker.reference.importing.published import (
    BadCellError,
    HeldTables,
    ImportDates,
    ImportRefusedError,
    NewEdition,
    PublishedFile,
    dates_in_force,
    quarter_bounds,
    quarter_of,
)
from worker.reference.importing.sheet import is_note, plain
from worker.reference.tables.packed_pairs import days_since_epoch

HEADER_WORDS: Final = ("column 1", "column 2", "deletion", "modifier", "rationale")
HEADER_WITHIN: Final = 40
CODE: Final = re.compile(r"[A-Z0-9]{5}")
VERSION: Final = re.compile(r"v(\d{2})\.?([0-3])", re.IGNORECASE)
PART: Final = re.compile(r"-f(\d)\.", re.IGNORECASE)
FIRST_VERSION_YEAR: Final = 1994
CELLS: Final = 7
INDICATORS: Final = {"0": 0, "1": 1, "9": 9}
OPEN: Final = frozenset({"*", "", "99991231"})
SETTINGS: Final = {"ccipra": "practitioner", "practitioner": "practitioner", "ccioph": "outpatient_hospital"} | {
    "hospital": "outpatient_hospital"
}


def read(files: tuple[PublishedFile, ...], wanted: ImportDates, _: HeldTables, bad: BadCells) -> tuple[NewEdition, ...]:
    """The edition of `ncci_pairs` that the files hold together."""
    pairs = PairRows()
    settings: dict[str, set[int]] = {}
    quarters: set[date] = set()
    for file in (file for file in files if file.name.lower().endswith((".txt", ".csv"))):
        setting = _setting(file)
        settings.setdefault(setting, set()).update(int(number) for number in PART.findall(file.name))
        quarters.update(_quarter(file))
        for number, cells in _rows(file):
            try:
                _take(file, number, setting, cells, pairs)
            except BadCellError as problem:
                bad.note(str(problem))
    missing = sorted(set(SETTINGS.values()) - settings.keys())
    if missing:
        raise ImportRefusedError(f"ptp: expected .txt files of both settings, found none for {', '.join(missing)}")
    for setting, parts in settings.items():
        if between := sorted(set(range(1, max(parts, default=0))) - parts):
            lacking = ", ".join(f"f{number}" for number in between)
            raise ImportRefusedError(f"ptp: expected each numbered file of {setting}, found none for {lacking}")
    if len(quarters) > 1:
        raise ImportRefusedError(f"ptp: expected files of one quarter, found {', '.join(map(str, sorted(quarters)))}")
    start = wanted.in_force_from or next(iter(quarters), None)
    first, last = dates_in_force(wanted, quarter_bounds(start) if start else None)
    return (NewEdition("ncci_pairs", quarter_of(first), first, last, first, (), pairs.packed(bad)),)


def _setting(file: PublishedFile) -> str:
    for word, setting in SETTINGS.items():
        if word in file.name.lower():
            return setting
    raise ImportRefusedError(f"{file.name}: expected a name with ccipra (practitioner) or ccioph (outpatient hospital)")


def _quarter(file: PublishedFile) -> list[date]:
    version = VERSION.search(file.name)
    return [date(FIRST_VERSION_YEAR + int(version[1]), 3 * int(version[2]) + 1, 1)] if version else []


def _rows(file: PublishedFile) -> Iterator[tuple[int, list[str]]]:
    """The rows below the header, but for empty ones, the header again, and notes."""
    text = file.text()
    delimiter = "\t" if "\t" in text[:20_000] else ","
    header: list[list[str]] = []
    is_above = True
    # By lines: a StringIO would hold four times the text.
    for number, cells in enumerate(csv.reader(text.splitlines(keepends=True), delimiter=delimiter), 1):
        if is_above:
            if not _is_pair(cells) and number <= HEADER_WITHIN:
                header.append(cells)
                continue
            _refuse_header(file, header)
            is_above = False
        if _is_pair(cells) or not (is_note(cells) or cells in header or not any(map(plain, cells))):
            yield number, cells
    if is_above:
        _refuse_header(file, header)


def _is_pair(cells: list[str]) -> bool:
    return len(cells) > 1 and bool(CODE.fullmatch(cells[0].strip()) and CODE.fullmatch(cells[1].strip()))


def _refuse_header(file: PublishedFile, header: list[list[str]]) -> None:
    words = " ".join(" ".join(cells) for cells in header).lower()
    told = re.sub(r"\s+", " ", words.replace("column1", "column 1").replace("column2", "column 2"))
    missing = [word for word in HEADER_WORDS if word not in told]
    if missing:
        raise ImportRefusedError(f"{file.name}: expected PTP edits with a header, found none of: {', '.join(missing)}")


def _take(file: PublishedFile, number: int, setting: str, cells: list[str], pairs: PairRows) -> None:
    if len(cells) < CELLS or not _is_pair(cells):
        found = f"expected {CELLS} cells that begin with two codes, found {len(cells)}; the file may be truncated"
        raise BadCellError(file.name, number, "", found)
    column1, column2, _, begins, ends, indicator, rationale, *_ = map(str.strip, cells)
    if indicator not in INDICATORS:
        raise BadCellError(file.name, number, "Modifier", f"expected 0, 1 or 9, found {indicator!r}")
    first, last = _day(begins), 0 if ends in OPEN else _day(ends)
    for column, cell, day in (("Effective Date", begins, first), ("Deletion Date", ends, last)):
        if day is None:
            raise BadCellError(file.name, number, column, f"expected a date as YYYYMMDD, found {cell!r}")
    if first and last is not None and not 0 < last <= first:
        pairs.add(setting, column1, column2, first, last, (INDICATORS[indicator], plain(rationale)))


@lru_cache(maxsize=4096)
def _day(cell: str) -> int | None:
    try:
        # A day has no time zone.
        return days_since_epoch(datetime.strptime(cell, "%Y%m%d").date())  # noqa: DTZ007
    except ValueError:
        return None
