"""Read the reference folder into a snapshot, or say everything that is wrong with the first broken file.

This is the one module of the core that reads files.
"""

from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from worker.reference import errors
from worker.reference.assembly import Loaded, LoadedTable, assemble
from worker.reference.cells import Cells
from worker.reference.edition import Edition
from worker.reference.manifest import EditionEntry, Manifest, parse_manifest
from worker.reference.read_rows import (
    read_asp_limit,
    read_container,
    read_drug,
    read_modifier,
    read_modifier_exclusion,
    read_mue,
    read_opps_status,
    read_place_of_service,
    read_waste_duty,
)
from worker.reference.read_table import ReadFile, read_codes, read_file
from worker.reference.snapshot import Snapshot

CHECKSUMS = "CHECKSUMS"
MANIFEST = "table.toml"
# Which date selects a row: its own dates, or those of its edition.
DATED_BY: Mapping[str, str] = {
    "asp_limits": "edition",
    "containers": "edition",
    "drugs": "row",
    "icd10cm": "edition",
    "modifier_exclusions": "row",
    "modifiers": "row",
    "mue": "edition",
    "opps_status": "edition",
    "place_of_service": "edition",
    "waste_duty": "row",
}

Row = TypeVar("Row")


def load(directory: Path) -> Snapshot:
    """The snapshot of a reference folder; ReferenceError names the file, row and column that is broken."""
    files = _files_as_listed(directory)
    manifests = {table: _manifest(table, files) for table in DATED_BY}
    _refuse_other_files(manifests, files)
    reader = _Tables(files, manifests)
    return assemble(
        Loaded(
            drugs=reader.table("drugs", read_drug),
            containers=reader.table("containers", read_container),
            waste_duty=reader.table("waste_duty", read_waste_duty),
            mue=reader.table("mue", read_mue),
            asp_limits=reader.table("asp_limits", read_asp_limit),
            opps_status=reader.table("opps_status", read_opps_status),
            modifiers=reader.table("modifiers", read_modifier),
            modifier_exclusions=reader.table("modifier_exclusions", read_modifier_exclusion),
            diagnoses=reader.codes("icd10cm"),
            places_of_service=reader.table("place_of_service", read_place_of_service),
        )
    )


class _Tables:
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

    def _editions(self, name: str, read: Callable[[bytes], ReadFile[Row]]) -> LoadedTable[Row]:
        return LoadedTable(tuple(self._edition(name, entry, read) for entry in self._manifests[name].editions))

    def _edition(
        self, name: str, entry: EditionEntry, read: Callable[[bytes], ReadFile[Row]]
    ) -> tuple[Edition, tuple[Row, ...]]:
        path = f"{name}/{entry.file}"
        content = self._files[path]
        file = read(content)
        _refuse(f"{path}: {problem}" for problem in file.problems)
        edition = Edition(
            table=name,
            name=entry.name,
            in_force_from=entry.in_force_from,
            in_force_to=entry.in_force_to,
            published=entry.published,
            rows=len(file.rows),
            sha256=sha256(content).hexdigest(),
        )
        return edition, file.rows


def _files_as_listed(directory: Path) -> dict[str, bytes]:
    """Every file of the folder by its relative path, once CHECKSUMS agrees; READMEs are prose, not data."""
    files = {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file() and path.name != "README.md"
    }
    if CHECKSUMS not in files:
        _refuse([f"{CHECKSUMS}: expected in the reference folder, found none"])
    listed, problems = _parse_checksums(files.pop(CHECKSUMS))
    for path in sorted(files.keys() | listed.keys()):
        if path not in files:
            problems.append(f"{path}: listed in {CHECKSUMS} but missing; restore it or take out its line")
        elif path not in listed:
            problems.append(f"{path}: not listed in {CHECKSUMS}; add its line or remove the file")
        elif (found := sha256(files[path]).hexdigest()) != listed[path]:
            problems.append(f"{path}: expected the checksum {listed[path]}, found {found}")
    _refuse(problems)
    return files


def _parse_checksums(content: bytes) -> tuple[dict[str, str], list[str]]:
    listed: dict[str, str] = {}
    problems: list[str] = []
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), start=1):
        checksum, separator, path = line.partition("  ")
        if not separator or not path or path in listed:
            problems.append(f'{CHECKSUMS}: row {number}: expected "<sha256>  <path>", each path once')
        listed[path] = checksum
    return listed, problems


def _manifest(table: str, files: Mapping[str, bytes]) -> Manifest:
    path = f"{table}/{MANIFEST}"
    if path not in files:
        _refuse([f"{path}: expected for the table {table}, found none"])
    manifest, problems = parse_manifest(files[path].decode("utf-8", "replace"), DATED_BY[table])
    if manifest is None:
        raise errors.ReferenceError(tuple(f"{path}: {problem}" for problem in problems))
    return manifest


def _refuse_other_files(manifests: Mapping[str, Manifest], files: Mapping[str, bytes]) -> None:
    expected = {f"{table}/{MANIFEST}" for table in manifests}
    for table, manifest in manifests.items():
        expected.update(f"{table}/{edition.file}" for edition in manifest.editions)
    missing = [f"{path}: named in {MANIFEST} but missing" for path in sorted(expected - files.keys())]
    extra = [
        f"{path}: no {MANIFEST} names it; expected none but named files" for path in sorted(files.keys() - expected)
    ]
    _refuse(missing + extra)


def _refuse(problems: Iterable[str]) -> None:
    named = tuple(problems)
    if named:
        raise errors.ReferenceError(named)
