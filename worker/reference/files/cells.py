"""Read the cells of one CSV row by column name and type, and note every cell that does not read."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from operator import itemgetter
from sys import intern
from typing import TypeVar

Option = TypeVar("Option", bound=str)
Value = TypeVar("Value")


class Cells:
    """A cursor over the rows of one file; a cell that does not read is noted and answered with a filler.

    The fillers never leave the loader, since a file with a problem is refused as a whole.
    """

    __slots__ = ("_at", "_days", "_decimals", "_key", "_row", "_row_number", "_texts", "_wholes", "problems")

    def __init__(self, types: Mapping[str, str], key: tuple[str, ...]) -> None:
        self._at = {(name, kind): position for position, (name, kind) in enumerate(types.items())}
        # The two types of most cells have a dictionary of their own: 300,000 cells are read at every start.
        self._texts = {name: position for position, (name, kind) in enumerate(types.items()) if kind == "text"}
        self._wholes = {name: position for position, (name, kind) in enumerate(types.items()) if kind == "whole"}
        places = [list(types).index(name) for name in key]
        self._key: Callable[[Sequence[str]], str | tuple[str, ...]] = itemgetter(*places)
        self._row: Sequence[str] = ()
        self._row_number = 0
        self._decimals: dict[str, Decimal] = {}
        self._days: dict[str, date] = {}
        self.problems: list[str] = []

    def move_to(self, row_number: int, row: Sequence[str]) -> None:
        """Read from this row on."""
        self._row_number = row_number
        self._row = row

    def maybe_text(self, column: str) -> str | None:
        """The text, or None when the cell is empty."""
        at = self._texts.get(column)
        return (intern(self._row[at]) if at is not None else self._cell(column, "text")) or None

    def text(self, column: str) -> str:
        """The text of a cell that must not be empty."""
        at = self._texts.get(column)
        if at is not None and self._row[at]:
            return intern(self._row[at])
        return self._wanted(column, self.maybe_text(column), "a text", "")

    def maybe_decimal(self, column: str) -> Decimal | None:
        """The number, or None when the cell is empty."""
        cell = self._cell(column, "decimal")
        if not cell:
            return None
        known = self._decimals.get(cell)
        return self._decimal(column, cell) if known is None else known

    def decimal(self, column: str) -> Decimal:
        """The number of a cell that must not be empty."""
        return self._wanted(column, self.maybe_decimal(column), "a number", Decimal(0))

    def whole(self, column: str) -> int:
        """The whole number, zero or more, of a cell that must not be empty."""
        at = self._wholes.get(column)
        cell = self._row[at] if at is not None else self._cell(column, "whole")
        if cell.isascii() and cell.isdigit():
            return int(cell)
        self.note(column, f"expected a whole number, found {cell!r}")
        return 0

    def maybe_whole(self, column: str) -> int | None:
        """The whole number, zero or more, or None when the cell is empty."""
        return self.whole(column) if self._cell(column, "whole") else None

    def maybe_day(self, column: str) -> date | None:
        """The date, or None when the cell is empty."""
        cell = self._cell(column, "date")
        if not cell:
            return None
        known = self._days.get(cell)
        return self._day(column, cell) if known is None else known

    def day(self, column: str) -> date:
        """The date of a cell that must not be empty."""
        return self._wanted(column, self.maybe_day(column), "a date as YYYY-MM-DD", date.min)

    def maybe_yes_no(self, column: str) -> bool | None:
        """True, False, or None when the cell is empty."""
        cell = self._cell(column, "yes_no")
        if cell not in {"true", "false", ""}:
            self.note(column, f"expected true, false or nothing, found {cell!r}")
        return None if not cell else cell == "true"

    def items(self, column: str) -> tuple[str, ...]:
        """The parts of a list, separated by a bar."""
        cell = self._cell(column, "list")
        return tuple(intern(item) for item in cell.split("|")) if cell else ()

    def one_of(self, column: str, options: tuple[Option, ...]) -> Option:
        """The one of the options that the cell holds."""
        cell = self._cell(column, "text")
        for option in options:
            if option == cell:
                return option
        self.note(column, f"expected one of {', '.join(options)}, found {cell!r}")
        return options[0]

    def in_order(self, first: date | None, last: date | None, column: str) -> None:
        """Note a last day that is before the first day."""
        if first and last and last < first:
            self.note(column, f"expected a day not before {first}, found {last}")

    def key(self) -> str | tuple[str, ...]:
        """The cells that identify the row: one, or several."""
        return self._key(self._row)

    def _cell(self, column: str, expected_type: str) -> str:
        at = self._at.get((column, expected_type))
        if at is None:
            self.note(column, f"table.toml should declare it as {expected_type}")
            return ""
        return self._row[at]

    def _day(self, column: str, cell: str) -> date:
        try:
            return self._days.setdefault(cell, date.fromisoformat(cell))
        except ValueError:
            self.note(column, f"expected a date as YYYY-MM-DD, found {cell!r}")
            return date.min

    def _decimal(self, column: str, cell: str) -> Decimal:
        try:
            number = Decimal(cell)
        except InvalidOperation:
            number = Decimal("NaN")
        if number.is_finite():
            self._decimals[cell] = number
            return number
        self.note(column, f"expected a number, found {cell!r}")
        return Decimal(0)

    def _wanted(self, column: str, value: Value | None, expected: str, filler: Value) -> Value:
        if value is None:
            self.note(column, f"expected {expected}, found nothing")
            return filler
        return value

    def note(self, column: str, problem: str) -> None:
        """Keep a problem of a column of this row."""
        self.problems.append(f"row {self._row_number}, column {column}: {problem}")
