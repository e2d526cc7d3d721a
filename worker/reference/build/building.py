"""Turn the files of a reference folder into a snapshot, or report all problems of the first broken one."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final, Protocol, TypeVar

from worker.reference.build.assembly import assemble
from worker.reference.build.overlap import overlaps
from worker.reference.errors import ReferenceDataError, refuse
from worker.reference.files.cells import Cells
from worker.reference.files.manifest import EditionEntry, Manifest, parse_manifest
from worker.reference.files.read_table import FileRows, read_codes, read_file
from worker.reference.tables.declared import LoadedTable, LoadedTables
from worker.reference.tables.edition import Edition
from worker.reference.tables.packed_pairs import SUFFIX, PackedPairs
from worker.reference.tables.snapshot import Snapshot
from worker.reference.tables.table_set import TABLES, Tables

MANIFEST: Final = "table.toml"
DATED_BY: Final[Mapping[str, str]] = MappingProxyType(
    {table.name: table.dated_by for table in sorted(TABLES, key=lambda each: each.name)}
)
"""Which date selects a row of each table: its own one, or that of its edition."""
EVERY_EDITION: Final[Mapping[str, str]] = MappingProxyType({})

Row = TypeVar("Row")


def build(files: Mapping[str, bytes], only: Mapping[str, str] = EVERY_EDITION) -> Snapshot:
    """The snapshot of the files by their relative path. Raises `ReferenceDataError` naming file, row and column.

    `only` names for some tables the one edition that answers, on every date: for "what if" questions, not for claims.
    """
    return assemble(read_all(files, only))


def read_all(files: Mapping[str, bytes], only: Mapping[str, str] = EVERY_EDITION) -> LoadedTables:
    """Every table as read. Raises ReferenceDataError."""
    manifests = {table: _alone(table, manifest, only) for table, manifest in read_manifests(files).items()}
    loaded = loaded_from(_Folder(files, manifests))
    refuse(overlaps(loaded.of(Tables.ncci_pairs)))
    return loaded


class TableReader(Protocol):
    """Reads the tables one after the other."""

    def table(self, name: str, read_row: Callable[[Cells], Row]) -> LoadedTable[Row]:
        """A table whose rows are read cell by cell."""
        ...

    def codes(self, name: str) -> LoadedTable[str]:
        """A table of one sorted column."""
        ...


def loaded_from(reader: TableReader) -> LoadedTables:
    """Every table, each read by its own function."""
    return LoadedTables(
        {
            table.name: reader.table(table.name, table.read_row) if table.read_row else reader.codes(table.name)
            for table in TABLES
        }
    )


def read_pairs(content: bytes) -> FileRows[Any]:  # Any: the one row that is packed is that of pairs
    """The rows of a file of packed pairs, each of which was looked at."""
    try:
        pairs = PackedPairs(content)
    except ReferenceDataError as broken:
        return FileRows((), broken.problems)
    return FileRows(pairs, tuple(pairs.problems()))


def read_manifests(files: Mapping[str, bytes]) -> dict[str, Manifest]:
    """Each table's manifest, once it is known that they name every file and no other."""
    manifests = {table: _manifest(table, files) for table in DATED_BY}
    _refuse_other_files(manifests, files)
    return manifests


class _Folder:
    """The files of the folder, and how each reads as a table."""

    def __init__(self, files: Mapping[str, bytes], manifests: Mapping[str, Manifest]) -> None:
        self._files = files
        self._manifests = manifests

    def table(self, name: str, read_row: Callable[[Cells], Row]) -> LoadedTable[Row]:
        """A table whose rows are read cell by cell."""
        manifest = self._manifests[name]
        return self._editions(name, lambda content: read_file(content, manifest, read_row))

    def codes(self, name: str) -> LoadedTable[str]:
        """A table of one sorted column."""
        manifest = self._manifests[name]
        return self._editions(name, lambda content: read_codes(content, manifest))

    def _editions(self, name: str, read: Callable[[bytes], FileRows[Row]]) -> LoadedTable[Row]:
        return LoadedTable(tuple(self._edition(name, entry, read) for entry in self._manifests[name].editions))

    def _edition(
        self, name: str, entry: EditionEntry, read: Callable[[bytes], FileRows[Row]]
    ) -> tuple[Edition, Sequence[Row]]:
        path = f"{name}/{entry.file}"
        content = self._files[path]
        file = read_pairs(content) if path.endswith(SUFFIX) else read(content)
        refuse(f"{path}: {problem}" for problem in file.problems)
        if not file.rows:
            # An edition without rows would answer "absent" to everything, which is an answer.
            refuse([f"{path}: expected rows below the header, found none"])
        edition = Edition(
            table=name,
            name=entry.name,
            in_force_from=entry.in_force_from,
            in_force_to=entry.in_force_to,
            published=entry.published,
            rows=len(file.rows),
            sha256=sha256(content).hexdigest(),
            file=entry.file,
            trusted_days=self._manifests[name].trusted_days,
            no_later=entry.no_later,
        )
        return edition, file.rows


def _manifest(table: str, files: Mapping[str, bytes]) -> Manifest:
    path = f"{table}/{MANIFEST}"
    if path not in files:
        refuse([f"{path}: expected for the table {table}, found none"])
    manifest, problems = parse_manifest(files[path].decode("utf-8", "replace"), DATED_BY[table])
    if manifest is None:
        raise ReferenceDataError(*(f"{path}: {problem}" for problem in problems))
    return manifest


def _alone(table: str, manifest: Manifest, only: Mapping[str, str]) -> Manifest:
    if table not in only:
        return manifest
    for entry in manifest.editions:
        if entry.name == only[table]:
            return replace(manifest, editions=(replace(entry, in_force_from=date.min, in_force_to=None),))
    held = ", ".join(entry.name for entry in manifest.editions)
    raise ReferenceDataError(f"{table}: no edition {only[table]}; there are {held}")


def _refuse_other_files(manifests: Mapping[str, Manifest], files: Mapping[str, bytes]) -> None:
    expected = {f"{table}/{MANIFEST}" for table in manifests}
    for table, manifest in manifests.items():
        expected.update(f"{table}/{edition.file}" for edition in manifest.editions)
    missing: Iterable[str] = (f"{path}: named in {MANIFEST} but missing" for path in sorted(expected - files.keys()))
    extra = (
        f"{path}: no {MANIFEST} names it; expected none but named files" for path in sorted(files.keys() - expected)
    )
    refuse((*missing, *extra))
