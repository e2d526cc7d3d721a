"""A published table of cells: find its header, and read its rows by column."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from io import StringIO
from typing import Final, NoReturn

from worker.reference.importing.published import ImportRefusedError, PublishedFile

HEADER_WITHIN: Final = 40
NOT_TELLING: Final = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file with its header found: `preamble` is the text above it, `at` the place of each wanted column."""

    file: str
    preamble: str
    width: int
    at: Mapping[str, int]
    cells: tuple[tuple[int, tuple[str, ...]], ...]

    def rows(self) -> Iterator["SheetRow"]:
        """The rows under the header that hold anything, with their number in the file."""
        for number, cells in self.cells:
            if len(cells) != self.width:
                raise ImportRefusedError(
                    f"{self.file}: row {number}: expected {self.width} cells as in the header, found {len(cells)}; "
                    "the file may be truncated"
                )
            yield SheetRow(self, number, cells)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row of a published table."""

    sheet: Sheet
    number: int
    cells: tuple[str, ...]

    def text(self, column: str) -> str:
        """The cell without the publisher's stray blanks; empty when the column is optional and not there."""
        at = self.sheet.at.get(column)
        return "" if at is None else " ".join(self.cells[at].replace("\N{NO-BREAK SPACE}", " ").split())

    def matching(self, column: str, form: re.Pattern[str], meaning: str) -> str:
        """The cell, which must have a form."""
        cell = self.text(column)
        if not form.fullmatch(cell):
            self.refuse(column, meaning, cell)
        return cell

    def number_in(self, column: str) -> str:
        """The number of a cell in its shortest spelling."""
        cell = self.text(column).replace(",", "").removeprefix("$")
        try:
            number = Decimal(cell)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            self.refuse(column, "a number", cell)
        return format(number.normalize(), "f")

    def maybe_number_in(self, column: str) -> str:
        """The number of a cell in its shortest spelling, or nothing."""
        return self.number_in(column) if self.text(column) else ""

    def refuse(self, column: str, expected: str, found: str) -> NoReturn:
        """Refuse the file because of this cell."""
        raise ImportRefusedError(
            f"{self.sheet.file}: row {self.number}, column {column}: expected {expected}, found {found or 'nothing'!r}"
        )


def find_sheets(
    files: Iterable[PublishedFile], columns: Mapping[str, str], kind: str, optional: Mapping[str, str] | None = None
) -> list[Sheet]:
    """The files whose header has all the columns: patterns of their names in lower case without punctuation."""
    tables = [file for file in files if file.name.lower().endswith((".csv", ".txt"))]
    sheets = [sheet for file in tables if (sheet := _sheet(file, columns, optional or {}))]
    if sheets:
        return sheets
    given = ", ".join(file.name for file in files) or "nothing"
    raise ImportRefusedError(
        f"{kind}: expected a .csv or .txt file with the columns {', '.join(columns)}; found none in {given}"
    )


def find_sheet(
    files: Iterable[PublishedFile], columns: Mapping[str, str], kind: str, optional: Mapping[str, str] | None = None
) -> Sheet:
    """The one file whose header has all the columns."""
    sheets = find_sheets(files, columns, kind, optional)
    if len(sheets) > 1:
        raise ImportRefusedError(f"{kind}: expected one such file, found {', '.join(sheet.file for sheet in sheets)}")
    return sheets[0]


def _sheet(file: PublishedFile, columns: Mapping[str, str], optional: Mapping[str, str]) -> Sheet | None:
    text = file.text()
    head = text[:20_000]
    delimiter = "\t" if head.count("\t") > head.count(",") else ","
    try:
        rows = [tuple(row) for row in csv.reader(StringIO(text, newline=""), delimiter=delimiter)]
    except csv.Error as error:
        raise ImportRefusedError(f"{file.name}: not readable as a table: {error}") from None
    for index, row in enumerate(rows[:HEADER_WITHIN]):
        names = [NOT_TELLING.sub(" ", name.lower()).strip() for name in row]
        at = {column: place for column, form in columns.items() if (place := _place(names, form)) is not None}
        if len(at) == len(columns):
            more = {column: place for column, form in optional.items() if (place := _place(names, form)) is not None}
            body = enumerate(rows[index + 1 :], index + 2)
            return Sheet(
                file=file.name,
                preamble="\n".join(" ".join(cells) for cells in rows[:index]),
                width=len(row),
                at=at | more,
                cells=tuple((number, cells) for number, cells in body if any(cell.strip() for cell in cells)),
            )
    return None


def _place(names: list[str], form: str) -> int | None:
    pattern = re.compile(form)
    return next((place for place, name in enumerate(names) if pattern.fullmatch(name)), None)
