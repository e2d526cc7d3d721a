"""A published table of cells: find its header, and read its rows by column."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import StringIO
from typing import Final, Generic, NoReturn, TypeVar

from worker.reference.importing.published import BadCellError, ImportRefusedError, PublishedFile, SheetCells

HEADER_WITHIN: Final = 40
NOT_TELLING: Final = re.compile(r"[^a-z0-9]+")
NUMBER: Final = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[Ee][+-]?[0-9]{1,2})?")
INVISIBLE: Final = re.compile("[\N{ZERO WIDTH SPACE}\N{ZERO WIDTH NO-BREAK SPACE}]")
WORDS_OF_A_NOTE: Final = 3

Key = TypeVar("Key", str, tuple[str, ...])


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file with its header found: `preamble` is the text above it, `at` the place of each wanted column."""

    file: str
    preamble: str
    header: tuple[str, ...]
    at: Mapping[str, int]
    cells: tuple[tuple[int, tuple[str, ...]], ...]

    def rows(self) -> Iterator["SheetRow"]:
        """The rows under the header that hold anything, with their number in the file."""
        for number, cells in self.cells:
            yield SheetRow(self, number, cells)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row of a published table. What cannot be read raises BadCellError."""

    sheet: Sheet
    number: int
    cells: tuple[str, ...]

    def text(self, column: str) -> str:
        """The cell without the publisher's stray blanks; empty when the column is optional and not there."""
        if len(self.cells) != len(self.sheet.header):
            width = len(self.sheet.header)
            problem = f"expected {width} cells as in the header, found {len(self.cells)}; the file may be truncated"
            raise BadCellError(self.sheet.file, self.number, "", problem)
        at = self.sheet.at.get(column)
        return "" if at is None else plain(self.cells[at])

    def matching(self, column: str, form: re.Pattern[str], meaning: str) -> str:
        """The cell, which must have a form."""
        cell = self.text(column)
        if not form.fullmatch(cell):
            self.refuse(column, meaning, cell)
        return cell

    def number_in(self, column: str) -> str:
        """The number of a cell in its shortest spelling."""
        cell = self.text(column).replace(",", "").removeprefix("$")
        # Decimal reads more than publishers write: digits of other scripts, underscores, exponents.
        if not NUMBER.fullmatch(cell):
            self.refuse(column, "a number", self.text(column))
        return format(Decimal(cell).normalize(), "f")

    def maybe_number_in(self, column: str) -> str:
        """The number of a cell in its shortest spelling, or nothing."""
        return self.number_in(column) if self.text(column) else ""

    def amount_in(self, column: str) -> str:
        """The number of a cell, which must be more than zero, in its shortest spelling."""
        number = self.number_in(column)
        if Decimal(number) <= 0:
            self.refuse(column, "more than 0", number)
        return number

    def refuse(self, column: str, expected: str, found: str) -> NoReturn:
        """Refuse the row because of this cell."""
        problem = f"expected {expected}, found {found or 'nothing'!r}"
        raise BadCellError(self.sheet.file, self.number, column, problem)


class RowsByKey(Generic[Key]):
    """Rows that should each have a key of their own; of a key with rows that differ none is kept."""

    def __init__(self) -> None:
        self._rows: dict[Key, SheetCells] = {}
        self._in_doubt: set[Key] = set()

    def put(  # noqa: PLR0913 - a row, its key, and what to say of a key that is there twice
        self,
        row: SheetRow,
        column: str,
        key: Key,
        cells: SheetCells,
        expected: str = "each code once",
        *,
        may_repeat: bool = False,
    ) -> None:
        """Keep a row. Raises BadCellError when its key was there before, but for the same row if it `may_repeat`."""
        if may_repeat and self._rows.get(key) == cells:
            return
        if key in self._rows or key in self._in_doubt:
            if self._rows.get(key) != cells:
                self._rows.pop(key, None)
                self._in_doubt.add(key)
            row.refuse(column, expected, key if isinstance(key, str) else "+".join(key))
        self._rows[key] = cells

    def in_order(self) -> tuple[SheetCells, ...]:
        """The rows in the order of their keys."""
        return tuple(self._rows[key] for key in sorted(self._rows))


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
        names = [_name(cell) for cell in row]
        at = {column: place for column, form in columns.items() if (place := _place(names, form)) is not None}
        if len(at) == len(columns):
            more = {column: place for column, form in optional.items() if (place := _place(names, form)) is not None}
            return Sheet(
                file=file.name,
                preamble="\n".join(" ".join(cells) for cells in rows[:index]),
                header=row,
                at=at | more,
                cells=tuple(_body(rows, index)),
            )
    return None


def _body(rows: Sequence[tuple[str, ...]], header: int) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The rows below a header: neither empty ones, nor the header again on a further page, nor notes at the foot."""
    width = len(rows[header])
    names = [_name(cell) for cell in rows[header]]
    body = [(number, cells) for number, cells in enumerate(rows[header + 1 :], header + 2) if any(map(plain, cells))]
    while body and is_note(body[-1][1]):
        body.pop()
    for number, cells in body:
        if [_name(cell) for cell in cells] != names:
            yield number, cells if any(map(plain, cells[width:])) else cells[:width]


def is_note(cells: Sequence[str]) -> bool:
    """Whether a row is a sentence in one cell, as below a table."""
    filled = [cell for cell in map(plain, cells) if cell]
    return len(filled) == 1 and len(filled[0].split()) >= WORDS_OF_A_NOTE


def plain(cell: str) -> str:
    """A cell without stray blanks and signs that nobody sees."""
    return " ".join(INVISIBLE.sub("", cell).split())


def _name(cell: str) -> str:
    return NOT_TELLING.sub(" ", cell.lower()).strip()


def _place(names: list[str], form: str) -> int | None:
    pattern = re.compile(form)
    return next((place for place, name in enumerate(names) if pattern.fullmatch(name)), None)
