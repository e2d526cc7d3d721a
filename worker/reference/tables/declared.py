"""What a declaration says of a table: its name, how a row is read, and how its rows are found by date."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Self, TypeVar, overload

from worker.reference.files.cells import Cells
from worker.reference.files.held_rows import ByKey, GroupsByKey, by_part
from worker.reference.tables.code_set_rows import ExcludesNote
from worker.reference.tables.dated import ByEdition, ByRow, GroupsByRow, Period
from worker.reference.tables.edition import Edition
from worker.reference.tables.exclusions import Exclusions
from worker.reference.tables.packed_pairs import PackedPairs
from worker.reference.tables.pairs import PAIR_KEY, CodePairs, ListedPairs
from worker.reference.tables.policy_rows import NcciPair, PairTerms

# Any, below: a key is a text, or a tuple of texts where a table has several key columns.
Row = TypeVar("Row")
Index = TypeVar("Index")


@dataclass(frozen=True, slots=True)
class LoadedTable(Generic[Row]):
    """The editions of one table in order of time, each with its rows."""

    editions: tuple[tuple[Edition, Sequence[Row]], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Table(Generic[Row, Index]):
    """The declaration of one table.

    As a member of `Tables` it is a descriptor: the class has the declaration, an instance what finds the rows.

    Attributes:
        name: The folder of the table, and its name in every answer.
        dated_by: Which date selects a row: its own ones, or those of its edition.
        read_row: Makes a row of its cells; None for a table of one sorted column.
        columns: The columns that rows are found by.
        index: Makes of the rows read what finds them.
        member: The name of the member.
    """

    name: str
    dated_by: Literal["row", "edition"]
    read_row: Callable[[Cells], Row] | None
    columns: tuple[str, ...]
    index: Callable[[LoadedTable[Row]], Index]
    member: str = field(default="", kw_only=True)

    def __set_name__(self, owner: type, name: str) -> None:
        """Know the name of the member."""
        object.__setattr__(self, "member", name)

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type) -> Index: ...

    def __get__(self, instance: object | None, owner: type) -> "Self | Index":
        """Return the declaration; an instance of `Tables` has what finds the rows as an attribute of its own.

        Raises:
            AttributeError: Of an instance that lacks it.
        """
        if instance is not None:
            raise AttributeError(self.member)
        return self


@dataclass(frozen=True, slots=True)
class LoadedTables:
    """Every table as read, by its name."""

    tables: Mapping[str, LoadedTable[Any]]  # Any: the row of that table

    def of(self, table: Table[Row, Any]) -> LoadedTable[Row]:
        """What was read of one table."""
        return self.tables[table.name]


def by_row(
    name: str, read_row: Callable[[Cells], Row], *columns: str, period: Callable[[Row, Edition], Period]
) -> Table[Row, ByRow[Any, Row]]:
    """A table whose rows carry their own dates; `period` says on which days a row of an edition is in force."""

    def index(loaded: LoadedTable[Row]) -> ByRow[Any, Row]:
        ((edition, rows),) = loaded.editions
        return ByRow(edition, GroupsByKey(rows, *columns), lambda row: period(row, edition))

    return Table(name, "row", read_row, columns, index)


def groups_by_row(
    name: str, read_row: Callable[[Cells], Row], column: str, period: Callable[[Row, Edition], Period]
) -> Table[Row, GroupsByRow[str, Row]]:
    """A table with several rows a key, each with its own dates."""

    def index(loaded: LoadedTable[Row]) -> GroupsByRow[str, Row]:
        ((edition, rows),) = loaded.editions
        return GroupsByRow(edition, GroupsByKey(rows, column), lambda row: period(row, edition))

    return Table(name, "row", read_row, (column,), index)


def code_pairs(
    name: str, read_row: Callable[[Cells], NcciPair], period: Callable[[PairTerms, Edition], Period]
) -> Table[NcciPair, CodePairs]:
    """The table of code pairs, whose rows carry their own dates; a whole quarter is packed."""

    def index(loaded: LoadedTable[NcciPair]) -> CodePairs:
        ((edition, rows),) = loaded.editions
        pairs = rows if isinstance(rows, PackedPairs) else ListedPairs(rows)
        return CodePairs(edition, pairs, lambda row: period(row, edition))

    return Table(name, "row", read_row, PAIR_KEY, index)


def by_edition(name: str, read_row: Callable[[Cells], Row], *columns: str) -> Table[Row, ByEdition[Any, Row]]:
    """A table with one row a key in each edition."""

    def index(loaded: LoadedTable[Row]) -> ByEdition[Any, Row]:
        return ByEdition((edition, ByKey(rows, *columns)) for edition, rows in loaded.editions)

    return Table(name, "edition", read_row, columns, index)


def grouped(
    name: str, read_row: Callable[[Cells], Row], *columns: str
) -> Table[Row, Mapping[str, ByEdition[Any, tuple[Row, ...]]]]:
    """A table with several rows a key in each edition, found by each of the columns alone."""

    def index(loaded: LoadedTable[Row]) -> Mapping[str, ByEdition[Any, tuple[Row, ...]]]:
        return {
            column: ByEdition((edition, GroupsByKey(rows, column)) for edition, rows in loaded.editions)
            for column in columns
        }

    return Table(name, "edition", read_row, columns, index)


def parted(
    name: str, read_row: Callable[[Cells], Row], part: str, column: str
) -> Table[Row, Mapping[str, ByEdition[Any, Row]]]:
    """A table whose publisher gives out each part by itself: an edition without rows of a part says nothing of it."""

    def index(loaded: LoadedTable[Row]) -> Mapping[str, ByEdition[Any, Row]]:
        held = [(edition, by_part(rows, part, column)) for edition, rows in loaded.editions]
        names = sorted({name for _, parts in held for name in parts})
        return {name: ByEdition((edition, parts[name]) for edition, parts in held if name in parts) for name in names}

    return Table(name, "edition", read_row, (part, column), index)


def exclusions(name: str, read_row: Callable[[Cells], ExcludesNote]) -> Table[ExcludesNote, Exclusions]:
    """The notes on diagnoses that are not coded together, an edition for each fiscal year."""

    def index(loaded: LoadedTable[ExcludesNote]) -> Exclusions:
        return Exclusions([(edition, GroupsByKey(rows, "place")) for edition, rows in loaded.editions])

    return Table(name, "edition", read_row, ("place",), index)


def listed(name: str, read_row: Callable[[Cells], Row]) -> Table[Row, tuple[Row, ...]]:
    """A short table that is always asked as a whole."""
    return Table(name, "row", read_row, (), lambda loaded: tuple(loaded.editions[0][1]))


def codes(name: str, index: Callable[[Sequence[tuple[Edition, Sequence[str]]]], Index]) -> Table[str, Index]:
    """A table of one sorted column."""
    return Table(name, "edition", None, (), lambda loaded: index(loaded.editions))
