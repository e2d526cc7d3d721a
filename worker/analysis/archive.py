"""Reads the claims of a Parquet file row by row, of one column: claims as JSON, or outcomes that hold them."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from typing import Final, NamedTuple

import duckdb
import msgspec

from worker.analysis.database import as_pattern
from worker.analysis.errors import AnalysisError

COLUMNS: Final = ("claim", "outcome")
"""Where claims are looked for; `outcome` is what `claimscrub export --reveal` writes."""
RECEIVED_ON: Final = "received_on"
_TYPES: Final = frozenset({"VARCHAR", "JSON", "BLOB"})
_MEMORY: Final = "512MiB"
_AT_ONCE: Final = 250
_MOST_NAMED: Final = 20


class ArchivedClaim(NamedTuple):
    """A row of an archive.

    Attributes:
        row: Its number, from 1.
        value: The claim, byte for byte; None for an empty cell.
        received_on: The day in the column `received_on`, if there is one that holds days.
    """

    row: int
    value: bytes | None
    received_on: date | None


class ClaimArchive:
    """A Parquet file with claims.

    Args:
        file: Its name.
        column: The column with the claims; the first of `COLUMNS` that there is if None.
    """

    def __init__(self, file: str, column: str | None = None) -> None:
        """Look what is in it. Raises `AnalysisError`, which says what is wrong with the file and does not name it."""
        self._file = as_pattern(file)
        try:
            with closing(_connected()) as connection:
                described = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [self._file]).fetchall()
                counted = connection.execute("SELECT count(*) FROM read_parquet(?)", [self._file]).fetchone()
        except duckdb.Error as error:
            raise AnalysisError(f"cannot be read as Parquet ({type(error).__name__})") from None
        kinds = {str(name): str(kind) for name, kind, *_ in described}
        self.rows = int(counted[0]) if counted else 0
        """How many rows there are."""
        self.column = _column(kinds, column)
        """The column that is read; no other is, besides `received_on`."""
        self._has_days = kinds.get(RECEIVED_ON) == "DATE"

    def claims(self) -> Iterator[ArchivedClaim]:
        """Yield every row, in their order, with few of them in memory. Raises `AnalysisError`, as above."""
        day = RECEIVED_ON if self._has_days else "NULL"
        query = f"SELECT file_row_number, {_named(self.column)}, {day} FROM read_parquet(?, file_row_number=true)"
        try:
            with closing(_connected()) as connection:
                found = connection.execute(query, [self._file])
                while some := found.fetchmany(_AT_ONCE):
                    for row, value, received_on in some:
                        yield ArchivedClaim(row + 1, None if value is None else _claim(value), received_on)
        except duckdb.Error as error:
            raise AnalysisError(f"cannot be read to its end ({type(error).__name__})") from None


def _connected() -> duckdb.DuckDBPyConnection:
    # One thread, which keeps rows in their order and few of them in memory: to judge them takes longer than to read.
    settings = {"memory_limit": _MEMORY, "threads": "1"}
    never = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    return duckdb.connect(config={**settings, **never})


def _column(kinds: dict[str, str], asked: str | None) -> str:
    found = next((each for each in ((asked,) if asked else COLUMNS) if each in kinds), None)
    if found is None:
        named = ", ".join(list(kinds)[:_MOST_NAMED]) + (", ..." if len(kinds) > _MOST_NAMED else "")
        wanted = asked or " or ".join(COLUMNS)
        raise AnalysisError(f"has no column {wanted}, but {named}: name the one with claims as JSON by --column")
    if kinds[found] not in _TYPES:
        raise AnalysisError(f"column {found} is of type {kinds[found]}; claims are read of text or bytes with JSON")
    return found


def _named(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


class _HeldClaim(msgspec.Struct, rename="camel"):
    """The members of an outcome with its claim, byte for byte; `original` is the one that came in, if corrected."""

    outcome_id: str
    claim: msgspec.Raw
    original: msgspec.Raw = msgspec.Raw()


_OUTCOME: Final = msgspec.json.Decoder(_HeldClaim)


def _claim(cell: str | bytes) -> bytes:
    """Return the claim of an outcome, and everything else as it is: judging says what is wrong with it."""
    value = cell.encode() if isinstance(cell, str) else cell
    try:
        held = _OUTCOME.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return value
    return bytes(held.original) or bytes(held.claim)
