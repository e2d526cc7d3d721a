"""Rows that are made from the bytes of their file when they are asked for, and the keys to find them by."""

import csv
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, TypeVar, overload

from worker.reference.errors import ReferenceDataError
from worker.reference.files.cells import Cells

Row = TypeVar("Row")
Held = TypeVar("Held")

FIRST_ROW = 2
"""The number of the row below the header, as in every problem that we name."""


@dataclass(frozen=True, slots=True)
class CompiledFile:
    """A file whose cells were all looked at before, and where each of its rows is.

    `starts` holds where each row begins, and where the last one ends; `keys` the cells of the columns that rows are
    found by.
    """

    path: str
    content: bytes
    starts: "array[int]"
    keys: Mapping[str, Sequence[str]]


class CompiledRows(Sequence[Row]):
    """The rows of a compiled file, each read by the code that looked at them all."""

    __slots__ = ("_file", "_new_cells", "_read_row", "_starts")

    def __init__(self, file: CompiledFile, new_cells: Callable[[], Cells], read_row: Callable[[Cells], Row]) -> None:
        self._file = file
        self._new_cells = new_cells
        self._read_row = read_row
        self._starts = file.starts

    def __len__(self) -> int:
        return len(self._starts) - 1

    @overload
    def __getitem__(self, at: int) -> Row: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[Row]: ...

    def __getitem__(self, at: int | slice) -> Row | Sequence[Row]:
        """Raises ReferenceDataError when the file does not hold that row there."""
        if isinstance(at, slice):
            return [self._row(number) for number in range(*at.indices(len(self)))]
        return self._row(range(len(self))[at])

    def column(self, name: str) -> Sequence[str]:
        """The cells of a column that rows are found by."""
        return self._file.keys[name]

    def _row(self, at: int) -> Row:
        line = self._file.content[self._starts[at] : self._starts[at + 1]].decode()
        cells = self._new_cells()
        for row in csv.reader((line,), strict=True):
            cells.move_to(at + FIRST_ROW, row)
        made = self._read_row(cells)
        if cells.problems or any(getattr(made, name) != keys[at] for name, keys in self._file.keys.items()):
            raise ReferenceDataError(f"{self._file.path}: row {at + FIRST_ROW} is not the one that was compiled")
        return made


def starts_of(lengths: Iterable[int]) -> "array[int]":
    """Where the rows of a file begin and the last one ends, of the bytes of its header and of each row."""
    # Machine integers: as objects they would take ten times the memory.
    return array("I", accumulate(lengths))


def column(rows: Sequence[Row], name: str) -> Sequence[str]:
    """The cells of a column that rows are found by, in the order of the rows."""
    return rows.column(name) if isinstance(rows, CompiledRows) else [getattr(row, name) for row in rows]


# Any: a key is a text, or a tuple of texts where a table has several key columns.
class _Keyed(Mapping[Any, Held]):
    """Rows by key; whether a key exists is answered without making a row."""

    __slots__ = ("_places", "_rows")

    _places: dict[Any, Any]

    def __contains__(self, key: object) -> bool:
        return key in self._places

    def __iter__(self) -> Iterator[Any]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


class ByKey(_Keyed[Row]):
    """Rows by their keys, each key once."""

    __slots__ = ()

    def __init__(self, rows: Sequence[Row], *names: str, places: dict[Any, int] | None = None) -> None:
        """`places` are those of the keys, where not every row is meant."""
        self._rows = rows
        self._places = dict(zip(_keys(rows, names), range(len(rows)), strict=True)) if places is None else places

    def __getitem__(self, key: Any) -> Row:
        place: int = self._places[key]
        return self._rows[place]


class GroupsByKey(_Keyed[tuple[Row, ...]]):
    """All rows of each key, in the order of the file."""

    __slots__ = ()

    def __init__(self, rows: Sequence[Row], *names: str) -> None:
        self._rows = rows
        self._places = {}
        for at, key in enumerate(_keys(rows, names)):
            held = self._places.setdefault(key, at)
            if held != at:  # most keys have one row, and a list for each would take more memory than the keys
                self._places[key] = (held, at) if isinstance(held, int) else (*held, at)

    def __getitem__(self, key: Any) -> tuple[Row, ...]:
        places = self._places[key]
        return (self._rows[places],) if isinstance(places, int) else tuple(self._rows[at] for at in places)


def by_part(rows: Sequence[Row], part: str, key: str) -> Mapping[str, ByKey[Row]]:
    """The rows of each part by their key, each key once in a part."""
    places: dict[str, dict[Any, int]] = {}
    for at, (name, own) in enumerate(zip(column(rows, part), column(rows, key), strict=True)):
        places.setdefault(name, {})[own] = at
    return {name: ByKey(rows, key, places=of_part) for name, of_part in places.items()}


def _keys(rows: Sequence[Row], names: Sequence[str]) -> Sequence[Any]:
    columns = [column(rows, name) for name in names]
    return columns[0] if len(columns) == 1 else list(zip(*columns, strict=True))
