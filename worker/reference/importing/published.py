"""The input and the output of an import, and the one way in which it fails."""

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, TypeAlias

from worker.errors import ClaimscrubError
from worker.reference.tables.packed_pairs import PackedPairs

SheetCells: TypeAlias = tuple[str, ...]
MONTHS: Final = (
    "january february march april may june july august september october november december".split()  # noqa: SIM905
)
QUARTER_MONTHS: Final = 3
NO_BREAK_SPACE_437: Final = "\N{LATIN SMALL LETTER Y WITH DIAERESIS}"
"""Byte FF as Windows-1252 reads it; in a list of codes and drugs it never means this letter."""
END_OF_FILE: Final = "\x1a"
LINE_END: Final = re.compile(r"\r\n|\r|\n")
SPELLED_DAY: Final = re.compile(rf"({'|'.join(MONTHS)})\s+(\d{{1,2}}),?\s+(\d{{4}})", re.IGNORECASE)
SPELLED_MONTH: Final = re.compile(
    # "January_Web_2024_Addendum_B" says the month as well.
    rf"(?P<month>{'|'.join(MONTHS)})[\s_-]+(?:web[\s_-]+)?(?P<year>20\d\d)"
    rf"|(?P<first>20\d\d)[\s_-]+(?P<then>{'|'.join(MONTHS)})",
    re.IGNORECASE,
)


class ImportRefusedError(ClaimscrubError):
    """The files cannot be imported; the sentence names file, row and column and says what would be right."""


class BadCellError(ImportRefusedError):
    """A cell does not read, so that its row cannot be taken; the sentence names file, row and column."""

    def __init__(self, file: str, row: int, column: str, problem: str) -> None:
        place = f"row {row}, column {column}" if column else f"row {row}"
        super().__init__(f"{file}: {place}: {problem}")


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """A file as the publisher gave it out, taken out of its zip if it was in one."""

    name: str
    content: bytes

    def text(self) -> str:
        """The text: UTF-16 with its mark, UTF-8 where it reads as such, else the encodings of CMS's spreadsheets.

        These are Windows-1252, and code page 437 of which we meet one byte only: FF, a no-break space behind a code.
        """
        if self.content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return self.content.decode("utf-16", "replace")
        try:
            text = self.content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = self.content.decode("cp1252", "replace").replace(NO_BREAK_SPACE_437, "\N{NO-BREAK SPACE}")
        return text.rstrip(END_OF_FILE)

    def lines(self) -> list[str]:
        """The lines of a file of fixed width, however they end; without those at the end that hold nothing."""
        return LINE_END.split(self.text().rstrip())


@dataclass(frozen=True, slots=True)
class ImportDates:
    """Dates that the user gives where the file does not."""

    in_force_from: date | None = None
    in_force_to: date | None = None


@dataclass(frozen=True, slots=True)
class NewEdition:
    """An edition to be written: its dates, and its cells in the order of the table's columns, or its pairs packed."""

    table: str
    name: str
    in_force_from: date
    in_force_to: date | None
    published: date
    rows: tuple[SheetCells, ...]
    packed: bytes | None = None

    @property
    def count(self) -> int:
        """How many rows it has."""
        return len(self.rows if self.packed is None else PackedPairs(self.packed))


@dataclass(frozen=True, slots=True)
class NewestEdition:
    """The newest edition of a table in the folder; `rows` hold the cells by column name."""

    name: str
    in_force_from: date
    in_force_to: date | None
    published: date
    rows: tuple[Mapping[str, str], ...]


HeldTables: TypeAlias = Mapping[str, NewestEdition]


def quarter_of(day: date) -> str:
    """The name of the quarter of a day: 2026q1."""
    return f"{day.year}q{(day.month - 1) // QUARTER_MONTHS + 1}"


def quarter_bounds(day: date) -> tuple[date, date]:
    """The first and last day of the quarter of a day."""
    first = date(day.year, (day.month - 1) // QUARTER_MONTHS * QUARTER_MONTHS + 1, 1)
    after = date(first.year + first.month // 10, (first.month + QUARTER_MONTHS - 1) % 12 + 1, 1)
    return first, after - timedelta(days=1)


def spelled_days(text: str) -> list[date]:
    """The days written out in a text, such as "October 1, 2025"."""
    return [
        date(int(year), MONTHS.index(month.lower()) + 1, int(day)) for month, day, year in SPELLED_DAY.findall(text)
    ]


def spelled_month(text: str) -> date | None:
    """The first day of the first month written out in a text, such as "January 2026" or "2026_January"."""
    found = SPELLED_MONTH.search(text)
    if not found:
        return None
    month, year = found["month"] or found["then"], found["year"] or found["first"]
    return date(int(year), MONTHS.index(month.lower()) + 1, 1)


def dates_in_force(wanted: ImportDates, stated: tuple[date, date | None] | None) -> tuple[date, date | None]:
    """The dates of the new edition: the user's own, else those that the file states."""
    first = wanted.in_force_from or (stated[0] if stated else None)
    if first is None:
        raise ImportRefusedError("the file does not say from when it is in force: give --in-force-from YYYY-MM-DD")
    last = wanted.in_force_to or (stated[1] if stated else None)
    if last is not None and last < first:
        raise ImportRefusedError(f"expected a last day not before {first}, found {last}: give --in-force-to YYYY-MM-DD")
    return first, last
