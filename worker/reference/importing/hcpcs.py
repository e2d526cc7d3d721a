"""CMS HCPCS quarterly update, ANWEB file: every Level II code with its dates.

Published layout (HCPC2026_recordlayout.txt): fixed width, 320 characters a record, named like
HCPC2026_JAN_ANWEB_v2.txt. Positions 1-5 code, 6-10 sequence, 11 record kind (3 first line of a code, 4 more of its
description, 7 and 8 the same for modifiers), 12-91 long description, 92-119 short description, 230 coverage code,
269-276 date added, 285-292 termination date, 293 action code. Dates as YYYYMMDD; a termination date is the last day in
force. Modifiers are not taken: the file does not say on which lines they belong.

Besides `hcpcs` the tables of drugs and skin substitutes take over dates, coverage code and short descriptor, and a J or
Q5 code that `drugs` does not hold is added with what its descriptor says.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from worker.reference.importing.bad_cells import BadCells
from worker.reference.importing.hcpcs_drugs import drug_cells
from worker.reference.importing.published import (
    MONTHS,
    BadCellError,
    HeldTables,
    ImportDates,
    ImportRefusedError,
    NewEdition,
    NewestEdition,
    PublishedFile,
    SheetCells,
    quarter_bounds,
)

NAME: Final = re.compile(r"HCPC(20\d\d)_([A-Z]{3}).{0,60}ANWEB", re.IGNORECASE)
SHORTEST_RECORD: Final = 293
LEVEL_2: Final = re.compile(r"[A-CE-Z]\d{4}")
CODE: Final = re.compile(r"[A-Z][0-9]{4}")
DRUG: Final = re.compile(r"J\d{4}|Q5\d{3}")
FIRST_OF_CODE, MORE_OF_CODE, FIRST_OF_MODIFIER, MORE_OF_MODIFIER = "3", "4", "7", "8"


@dataclass(frozen=True, slots=True)
class Code:
    """The file's entry for one code."""

    hcpcs: str
    long_description: str
    short_description: str
    coverage_code: str
    effective_from: str
    effective_to: str


@dataclass(frozen=True, slots=True)
class Release:
    """One quarterly update."""

    name: str
    published: date
    codes: Mapping[str, Code]


def read(
    files: tuple[PublishedFile, ...], wanted: ImportDates, held: HeldTables, bad: BadCells
) -> tuple[NewEdition, ...]:
    """The edition of `hcpcs` that the file holds, and what it changes in `drugs` and `skin_substitutes`."""
    named = [file for file in files if NAME.search(file.name) and file.name.lower().endswith(".txt")]
    if len(named) != 1:
        given = ", ".join(file.name for file in files) or "nothing"
        raise ImportRefusedError(f"hcpcs: expected one file named like HCPC2026_JAN_ANWEB.txt, found {given}")
    codes = _codes(named[0], bad)
    published = wanted.in_force_from or _month(named[0])
    release = Release(f"{published.year}-{published.month:02}", published, codes)
    first, last = held["hcpcs"].in_force_from, wanted.in_force_to or quarter_bounds(published)[1]
    rows = tuple(
        (code.hcpcs, code.short_description, code.coverage_code, code.effective_from, code.effective_to, "")
        for _, code in sorted(codes.items())
    )
    return (
        NewEdition("hcpcs", release.name, first, last, published, rows),
        _redated(release, "drugs", held["drugs"], _new_drugs(held["drugs"], codes)),
        _redated(release, "skin_substitutes", held["skin_substitutes"]),
    )


def _month(file: PublishedFile) -> date:
    found = NAME.search(file.name)
    short = [month[:3] for month in MONTHS]
    if not found or found[2].lower() not in short:
        raise ImportRefusedError(f"{file.name}: the name does not say the month: give --in-force-from YYYY-MM-DD")
    return date(int(found[1]), short.index(found[2].lower()) + 1, 1)


def _codes(file: PublishedFile, bad: BadCells) -> dict[str, Code]:
    """The Level II codes of the file; one of which a record is bad, or that is there twice, is left out."""
    codes: dict[str, Code] = {}
    left_out: set[str] = set()
    for number, line in enumerate(file.lines(), 1):
        if line[10:11] in {FIRST_OF_MODIFIER, MORE_OF_MODIFIER}:
            continue
        hcpcs = line[:5]
        with bad.row_left_out():
            if hcpcs in left_out and line[10:11] == MORE_OF_CODE:
                continue
            left_out.add(hcpcs)
            codes[hcpcs] = _with_record(file, number, line, codes.pop(hcpcs, None))
            left_out.discard(hcpcs)
    held = {hcpcs: code for hcpcs, code in codes.items() if LEVEL_2.fullmatch(hcpcs)}
    if not held and not bad.problems:
        raise ImportRefusedError(f"{file.name}: expected Level II codes, found none")
    return held


def _with_record(file: PublishedFile, number: int, line: str, before: Code | None) -> Code:
    """The code of a record, or what it adds to the code of the records above. Raises BadCellError."""
    kind, words = line[10:11], " ".join(line[11:91].split())
    if kind not in {FIRST_OF_CODE, MORE_OF_CODE} or (kind == FIRST_OF_CODE and len(line) < SHORTEST_RECORD):
        expected = "expected a record of 320 characters with 3, 4, 7 or 8 in position 11"
        raise BadCellError(file.name, number, "", f"{expected}, found {len(line)} and {kind!r}")
    if kind == MORE_OF_CODE:
        if before is None:
            raise BadCellError(file.name, number, "code", f"expected the code of the record above, found {line[:5]}")
        return replace(before, long_description=f"{before.long_description} {words}".strip())
    if before is not None:
        raise BadCellError(file.name, number, "code", f"expected each code once, found {line[:5]}")
    if not CODE.fullmatch(line[:5]):
        raise BadCellError(file.name, number, "code", f"expected a letter and four digits, found {line[:5]!r}")
    return Code(
        hcpcs=line[:5],
        long_description=words,
        short_description=" ".join(line[91:119].split()),
        coverage_code=line[229:230].strip(),
        effective_from=_day(file, number, "date added (269-276)", line[268:276], is_needed=True),
        effective_to=_day(file, number, "termination date (285-292)", line[284:292], is_needed=False),
    )


def _day(file: PublishedFile, number: int, column: str, cell: str, *, is_needed: bool) -> str:
    if not cell.strip() and not is_needed:
        return ""
    try:
        return datetime.strptime(cell, "%Y%m%d").date().isoformat()  # noqa: DTZ007 - a day has no time zone
    except ValueError:
        expected = f"expected a date as YYYYMMDD, found {cell!r}"
        raise BadCellError(file.name, number, column, expected) from None


def _redated(release: Release, table: str, held: NewestEdition, more: tuple[SheetCells, ...] = ()) -> NewEdition:
    rows = [_updated(row, release.codes.get(row["hcpcs"])) for row in held.rows]
    cells = tuple(sorted((*rows, *more)))
    return NewEdition(table, release.name, held.in_force_from, held.in_force_to, release.published, cells)


def _updated(row: Mapping[str, str], code: Code | None) -> SheetCells:
    if code is None:
        return tuple(row.values())
    said = {
        "short_description": code.short_description or row["short_description"],
        "coverage_code": code.coverage_code,
        "effective_from": code.effective_from,
        "effective_to": code.effective_to,
        "first_seen": "",
    }
    return tuple((dict(row) | said).values())


def _new_drugs(held: NewestEdition, codes: Mapping[str, Code]) -> tuple[SheetCells, ...]:
    known = {row["hcpcs"] for row in held.rows}
    columns = tuple(held.rows[0])
    new = [code for hcpcs, code in codes.items() if DRUG.fullmatch(hcpcs) and hcpcs not in known]
    return tuple(_row(columns, code) for code in new)


def _row(columns: tuple[str, ...], code: Code) -> SheetCells:
    cells = drug_cells(code.hcpcs, code.long_description) | {
        "short_description": code.short_description,
        "coverage_code": code.coverage_code,
        "effective_from": code.effective_from,
        "effective_to": code.effective_to,
    }
    return tuple(cells.get(column, "") for column in columns)
