"""Writes a quarter of NCCI pairs of the published form and size, for there is no copy of a whole one at hand.

`python -m tests.bench.ptp_quarter FOLDER` writes eight files, four of each setting, 2.7 million pairs. Codes are those
of the OPPS table, which codes are paired is made up, the same on every run: nothing can be learnt of CMS's list here.
The last days of ended pairs are those of the shipped part of a quarter, as often as there: CMS ends pairs by the
thousand on a few days.
"""

import sys
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Final

from worker.bootstrap import default_config_directory
from worker.reference.files.raw_rows import raw_rows

PAIRS: Final = 2_700_000
FILES_A_SETTING: Final = 4
NAMES: Final = ("ccipra-v323r0-f{}.txt", "ccioph-v323r0-f{}.txt")
HEADER: Final = (
    '"Column1/Column2 Edits"\t\t\t\t\t\t',
    'Column 1\tColumn 2\t"* = in existence"\tEffective\tDeletion\tModifier\tPTP Edit Rationale',
    '\t\t"prior to 1996"\tDate\tDate\t0=not allowed\t',
    "\t\t\t\t* = no data\t1=allowed\t",
    "\t\t\t\t\t9=not applicable\t",
)
RATIONALES: Final = (
    "Misuse of Column Two code with Column One code",
    "Standards of medical/surgical practice",
    "CPT Manual or CMS manual coding instruction",
    "HCPCS/CPT procedure code definition",
    "More extensive procedure",
    "Mutually exclusive procedures",
    "Sequential procedure",
    "Gender-specific procedures",
)
QUARTERS: Final = tuple(f"{year}{month}01" for year in range(1996, 2026) for month in ("01", "04", "07", "10"))
ENDED, NEVER_BEGAN = 0.2, 0.005
"""Shares of the pairs: those that ended, and those of them that were deleted on their first day."""


def write_quarter(folder: Path, pairs: int = PAIRS) -> list[Path]:
    """Write the files of a quarter with so many rows, and say where they are."""
    folder.mkdir(parents=True, exist_ok=True)
    table = default_config_directory() / "reference" / "opps_status" / "2025q4.csv"
    codes = sorted(row["hcpcs"] for row in raw_rows(table.read_bytes()))
    shipped = default_config_directory() / "reference" / "ncci_pairs" / "2024q3.csv"
    ends = [row["effective_to"].replace("-", "") for row in raw_rows(shipped.read_bytes()) if row["effective_to"]]
    written = []
    for number, name in enumerate(NAMES):
        rows = list(_rows(codes, ends, pairs // len(NAMES), Random(number)))
        for part in range(FILES_A_SETTING):
            path = folder / name.format(part + 1)
            own = rows[len(rows) * part // FILES_A_SETTING : len(rows) * (part + 1) // FILES_A_SETTING]
            path.write_bytes("".join(f"{row}\r\n" for row in (*HEADER, *own)).encode("cp1252"))
            written.append(path)
    return written


def _rows(codes: list[str], last_days: list[str], count: int, random: Random) -> Iterator[str]:
    """So many rows, as many of each first code as of any other, give or take one."""
    written = 0
    for at, column1 in enumerate(codes):
        wanted = count * (at + 1) // len(codes) - written
        written += wanted
        seconds = sorted(random.sample(codes, wanted))
        for column2 in seconds:
            begins, ends = random.choice(QUARTERS), "*"
            kind = f"{random.choice('0119')}\t{random.choice(RATIONALES)}"
            chance = random.random()
            if chance < NEVER_BEGAN:
                ends = begins
            elif chance < ENDED:
                ends = random.choice(last_days)
                begins = random.choice(QUARTERS[: bisect_left(QUARTERS, ends)])
            yield f"{column1}\t{column2}\t\t{begins}\t{ends}\t{kind}"


if __name__ == "__main__":
    for path in write_quarter(Path(sys.argv[1])):
        print(path)  # noqa: T201 - a benchmark prints
