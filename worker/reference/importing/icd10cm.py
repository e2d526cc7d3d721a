"""ICD-10-CM order file: every code of a fiscal year in order, marked as billable or not.

Published layout: fixed width, no header, named like icd10cm_order_2026.txt (the year is the fiscal year). Positions 1-5
order number, 7-13 code without the dot, 15 the mark (0: a heading, 1: billable), 17-76 short and 78 on long
description. The order numbers count up without a gap, so a cut or a missing line shows.
"""

import re
from datetime import date
from typing import Final

from worker.reference.importing.bad_cells import BadCells
from worker.reference.importing.published import (
    BadCellError,
    HeldTables,
    ImportDates,
    ImportRefusedError,
    NewEdition,
    PublishedFile,
    dates_in_force,
)

LINE: Final = re.compile(r"(\d{5}) ([A-Z0-9]{3,7}) {1,5}([01]) \S.*")
MARK_AT: Final = 14
YEAR: Final = re.compile(r"20\d\d")
FIRST_MONTH: Final = 10


def read(files: tuple[PublishedFile, ...], wanted: ImportDates, _: HeldTables, bad: BadCells) -> tuple[NewEdition, ...]:
    """The edition of `icd10cm` that the file holds."""
    named = [file for file in files if "order" in file.name.lower() and file.name.lower().endswith(".txt")]
    named = [file for file in named if "addenda" not in file.name.lower()]
    if len(named) != 1:
        given = ", ".join(file.name for file in files) or "nothing"
        raise ImportRefusedError(f"icd10cm: expected one file named like icd10cm_order_2026.txt, found {given}")
    (file,) = named
    codes = tuple((code,) for code in sorted(_billable(file, bad)))
    year = YEAR.search(file.name)
    stated = (date(int(year[0]) - 1, FIRST_MONTH, 1), date(int(year[0]), FIRST_MONTH - 1, 30)) if year else None
    first, last = dates_in_force(wanted, stated)
    fiscal_year = first.year + (first.month >= FIRST_MONTH)
    name = f"fy{fiscal_year}" if (first.month, first.day) == (FIRST_MONTH, 1) else f"fy{fiscal_year}-{first}"
    return (NewEdition("icd10cm", name, first, last, first, codes),)


def _billable(file: PublishedFile, bad: BadCells) -> list[str]:
    codes: list[str] = []
    expected_number: int | None = None
    for number, line in enumerate(file.lines(), 1):
        with bad.row_left_out():
            # A line that does not read still takes its order number.
            expected_number = expected_number + 1 if expected_number is not None else None
            found = LINE.fullmatch(line)
            if not found or line[MARK_AT] not in "01":
                expected = "expected order number, code, 0 or 1 and a description in their positions"
                raise BadCellError(file.name, number, "", f"{expected}, found {line[:20]!r}")
            if expected_number is not None and int(found[1]) != expected_number:
                raise ImportRefusedError(
                    f"{file.name}: row {number}, column order number: expected {expected_number:05}, found {found[1]}; "
                    "lines are missing"
                )
            expected_number = int(found[1])
            if found[3] == "1":
                codes.append(found[2])
    if len(set(codes)) != len(codes) or not (codes or bad.problems):
        raise ImportRefusedError(f"{file.name}: expected billable codes, each once, found {len(codes)}")
    return codes
