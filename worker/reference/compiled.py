"""Compiled tables: where each row of a reference folder is, and which keys it has.

The rows themselves stay in the files, whose checksums are compared at every start as before. What is saved is looking
at 300,000 cells again that the same code found good before: a row is read from its bytes when a claim first asks for
it. So there is no second copy of a value that could be stale, and nothing in the compiled form can run as code.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from functools import partial
from hashlib import sha256
from sys import intern
from typing import Any, Final, TypeVar, cast

import orjson

from worker.reference.build.assembly import assemble
from worker.reference.build.building import loaded_from, read_manifests
from worker.reference.files.cells import Cells
from worker.reference.files.held_rows import CompiledFile, CompiledRows, column, starts_of
from worker.reference.files.read_table import row_lengths, sorted_codes
from worker.reference.tables.declared import LoadedTable, LoadedTables, Table
from worker.reference.tables.edition import Edition
from worker.reference.tables.name_index import index_names
from worker.reference.tables.names import NameIndex
from worker.reference.tables.packed_pairs import SUFFIX, PackedPairs
from worker.reference.tables.snapshot import Snapshot
from worker.reference.tables.table_set import TABLES, Tables

Row = TypeVar("Row")
Document = Mapping[str, Any]  # Any: JSON

_DIGEST_LENGTH: Final = 64
KEYS_APART: Final = "\n"
"""Between the keys of a column: as one text they are read without an object for each of 400,000."""


def compile_tables(loaded: LoadedTables, files: Mapping[str, bytes], of: str) -> bytes:
    """The compiled form of tables that were read from these files and found good.

    Args:
        loaded: What was read.
        files: What it was read from.
        of: Names the files and the code that read them; `open_compiled` wants the same.
    """
    tables: dict[str, object] = {}
    manifests = read_manifests(files)
    for table in TABLES:
        manifest = manifests[table.name]
        tables[table.name] = {
            "columns": manifest.columns,
            "key": manifest.key,
            "editions": [
                {"edition": asdict(edition)} | _places(table, rows, files[edition.path])
                for edition, rows in loaded.of(table).editions
            ],
        }
    ((_, drugs),) = loaded.of(Tables.drugs).editions
    body = orjson.dumps({"of": of, "tables": tables, "names": index_names(drugs)})
    return sha256(body).hexdigest().encode() + body


def open_compiled(compiled: bytes, files: Mapping[str, bytes], of: str) -> Snapshot | None:
    """The snapshot over compiled tables; None when they are damaged, or are not of these files and this code."""
    digest, body = compiled[:_DIGEST_LENGTH], compiled[_DIGEST_LENGTH:]
    if sha256(body).hexdigest().encode() != digest:
        return None
    document = orjson.loads(body)
    if document["of"] != of:
        return None
    return assemble(loaded_from(_CompiledTables(document["tables"], files)), _names(document["names"]))


def _places(table: Table[Row, Any], rows: Sequence[Row], content: bytes) -> dict[str, object]:
    if table.read_row is None or isinstance(rows, PackedPairs):  # a sorted list needs no keys
        return {}
    keys = {name: KEYS_APART.join(column(rows, name)) for name in table.columns}
    return {"lengths": row_lengths(content), "keys": keys}


class _CompiledTables:
    def __init__(self, tables: Document, files: Mapping[str, bytes]) -> None:
        self._tables = tables
        self._files = files

    def table(self, name: str, read_row: Callable[[Cells], Row]) -> LoadedTable[Row]:
        """A table whose rows are read when they are asked for."""
        table = self._tables[name]
        new_cells = partial(Cells, table["columns"], tuple(table["key"]))
        return LoadedTable(
            tuple((edition, self._rows(edition, each, new_cells, read_row)) for edition, each in _editions(table))
        )

    def codes(self, name: str) -> LoadedTable[str]:
        """A table of one sorted column."""
        return LoadedTable(
            tuple((edition, sorted_codes(self._files[edition.path])) for edition, _ in _editions(self._tables[name]))
        )

    def _rows(
        self, edition: Edition, places: Document, new_cells: Callable[[], Cells], read_row: Callable[[Cells], Row]
    ) -> Sequence[Row]:
        if edition.path.endswith(SUFFIX):
            return cast("Sequence[Row]", PackedPairs(self._files[edition.path]))
        return CompiledRows(self._file(edition, places), new_cells, read_row)

    def _file(self, edition: Edition, places: Document) -> CompiledFile:
        # Editions of a table have mostly the same keys: interned, each takes its memory once.
        keys = {name: [intern(key) for key in joined.split(KEYS_APART)] for name, joined in places["keys"].items()}
        return CompiledFile(edition.path, self._files[edition.path], starts_of(places["lengths"]), keys)


def _editions(table: Document) -> list[tuple[Edition, Document]]:
    return [(_edition(each["edition"]), each) for each in table["editions"]]


def _edition(told: Document) -> Edition:
    until = told["in_force_to"]
    days = {
        "in_force_from": date.fromisoformat(told["in_force_from"]),
        "in_force_to": date.fromisoformat(until) if until else None,
        "published": date.fromisoformat(told["published"]),
    }
    return Edition(**{**told, **days})


def _names(told: Document) -> NameIndex:
    return {first: [(tuple(phrase), codes) for phrase, codes in names] for first, names in told.items()}
