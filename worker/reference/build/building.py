"""Turn the files of a reference folder into a snapshot, or report all problems of the first broken one."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from hashlib import sha256
from types import MappingProxyType
from typing import Final, Protocol, TypeVar

from worker.reference import errors
from worker.reference.build.assembly import assemble
from worker.reference.build.loaded import Loaded, LoadedTable
from worker.reference.build.overlap import overlaps
from worker.reference.files.cells import Cells
from worker.reference.files.manifest import EditionEntry, Manifest, parse_manifest
from worker.reference.files.read_code_sets import (
    read_hcpcs_code,
    read_product,
    read_remark_code,
    read_skin_substitute,
    read_taxonomy_code,
)
from worker.reference.files.read_policies import read_expert_hint, read_ncci_pair, read_self_administered
from worker.reference.files.read_rows import (
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
from worker.reference.files.read_table import ReadFile, read_codes, read_file
from worker.reference.tables.edition import Edition
from worker.reference.tables.snapshot import Snapshot

MANIFEST: Final = "table.toml"
# Which date selects a row: its own dates, or those of its edition.
DATED_BY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "asp_limits": "edition",
        "containers": "edition",
        "drugs": "row",
        "expert_hints": "edition",
        "hcpcs": "row",
        "icd10cm": "edition",
        "modifier_exclusions": "row",
        "modifiers": "row",
        "mue": "edition",
        "ncci_pairs": "row",
        "opps_status": "edition",
        "place_of_service": "edition",
        "products": "edition",
        "remark_codes": "edition",
        "sad_exclusions": "edition",
        "skin_substitutes": "row",
        "taxonomy": "edition",
        "waste_duty": "row",
    }
)
EVERY_EDITION: Final[Mapping[str, str]] = MappingProxyType({})

Row = TypeVar("Row")


def build(files: Mapping[str, bytes], only: Mapping[str, str] = EVERY_EDITION) -> Snapshot:
    """The snapshot of the files by their relative path; ReferenceError names the file, row and column that is broken.

    `only` names for some tables the one edition that answers, on every date: for "what if" questions, not for claims.
    """
    return assemble(read_all(files, only))


def read_all(files: Mapping[str, bytes], only: Mapping[str, str] = EVERY_EDITION) -> Loaded:
    """Every table as read. Raises ReferenceError."""
    manifests = {table: _alone(table, manifest, only) for table, manifest in read_manifests(files).items()}
    loaded = loaded_from(_Tables(files, manifests))
    errors.refuse(overlaps(loaded.ncci_pairs))
    return loaded


class TableReader(Protocol):
    """Reads the tables one after the other."""

    def table(self, name: str, read_row: Callable[[Cells], Row]) -> LoadedTable[Row]:
        """A table whose rows are read cell by cell."""
        ...

    def codes(self, name: str) -> LoadedTable[str]:
        """A table of one sorted column."""
        ...


def loaded_from(reader: TableReader) -> Loaded:
    """Every table, each read by its own function."""
    return Loaded(
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
        hcpcs_codes=reader.table("hcpcs", read_hcpcs_code),
        skin_substitutes=reader.table("skin_substitutes", read_skin_substitute),
        products=reader.table("products", read_product),
        ncci_pairs=reader.table("ncci_pairs", read_ncci_pair),
        self_administered=reader.table("sad_exclusions", read_self_administered),
        taxonomy=reader.table("taxonomy", read_taxonomy_code),
        remark_codes=reader.table("remark_codes", read_remark_code),
        expert_hints=reader.table("expert_hints", read_expert_hint),
    )


def read_manifests(files: Mapping[str, bytes]) -> dict[str, Manifest]:
    """Each table's manifest, once it is known that they name every file and no other."""
    manifests = {table: _manifest(table, files) for table in DATED_BY}
    _refuse_other_files(manifests, files)
    return manifests


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
        errors.refuse(f"{path}: {problem}" for problem in file.problems)
        if not file.rows:
            # An edition without rows would answer "absent" to everything, which is an answer.
            errors.refuse([f"{path}: expected rows below the header, found none"])
        edition = Edition(
            table=name,
            name=entry.name,
            in_force_from=entry.in_force_from,
            in_force_to=entry.in_force_to,
            published=entry.published,
            rows=len(file.rows),
            sha256=sha256(content).hexdigest(),
            file=entry.file,
        )
        return edition, file.rows


def _manifest(table: str, files: Mapping[str, bytes]) -> Manifest:
    path = f"{table}/{MANIFEST}"
    if path not in files:
        errors.refuse([f"{path}: expected for the table {table}, found none"])
    manifest, problems = parse_manifest(files[path].decode("utf-8", "replace"), DATED_BY[table])
    if manifest is None:
        raise errors.ReferenceError(tuple(f"{path}: {problem}" for problem in problems))
    return manifest


def _alone(table: str, manifest: Manifest, only: Mapping[str, str]) -> Manifest:
    if table not in only:
        return manifest
    for entry in manifest.editions:
        if entry.name == only[table]:
            return replace(manifest, editions=(replace(entry, in_force_from=date.min, in_force_to=None),))
    held = ", ".join(entry.name for entry in manifest.editions)
    raise errors.ReferenceError((f"{table}: no edition {only[table]}; there are {held}",))


def _refuse_other_files(manifests: Mapping[str, Manifest], files: Mapping[str, bytes]) -> None:
    expected = {f"{table}/{MANIFEST}" for table in manifests}
    for table, manifest in manifests.items():
        expected.update(f"{table}/{edition.file}" for edition in manifest.editions)
    missing: Iterable[str] = (f"{path}: named in {MANIFEST} but missing" for path in sorted(expected - files.keys()))
    extra = (
        f"{path}: no {MANIFEST} names it; expected none but named files" for path in sorted(files.keys() - expected)
    )
    errors.refuse((*missing, *extra))
