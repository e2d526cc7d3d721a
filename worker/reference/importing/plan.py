"""Plan an import: what the folder would hold, what changes, and why it must not be done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from worker.reference.build.building import DATED_BY, MANIFEST, read_all, read_manifests
from worker.reference.build.comparison import Change, compare_files, predecessor, rows_in
from worker.reference.build.consistency import nonsense
from worker.reference.build.pair_files import is_packed
from worker.reference.files.manifest import EditionEntry, Manifest
from worker.reference.files.manifest_text import place, with_editions
from worker.reference.files.raw_rows import csv_bytes, raw_rows
from worker.reference.importing.bad_cells import BadCells
from worker.reference.importing.kinds import KINDS
from worker.reference.importing.published import (
    ImportDates,
    ImportRefusedError,
    NewEdition,
    NewestEdition,
    PublishedFile,
)
from worker.reference.tables.packed_pairs import SUFFIX

MOST_DROPPED = 10


@dataclass(frozen=True, slots=True)
class ImportStep:
    """One new edition: what it is compared with, what changes, and which editions it replaces."""

    edition: NewEdition
    compared_with: str | None
    changes: tuple[Change, ...]
    replaced: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """The files of the folder after the import, the steps that lead there, and the rows left out for a bad cell."""

    files: Mapping[str, bytes]
    steps: tuple[ImportStep, ...]
    left_out: tuple[str, ...] = ()


def plan_import(  # noqa: PLR0913 - what the user of the import chose
    folder: Mapping[str, bytes],
    kind: str,
    published: Sequence[PublishedFile],
    wanted: ImportDates,
    *,
    force: bool,
    allow: int = 0,
) -> ImportPlan:
    """The plan for an import into a folder. Raises `ImportRefusedError`, or `ReferenceDataError` for a broken outcome.

    Args:
        folder: The files of the reference folder by their path.
        kind: Which kind of file is imported.
        published: The publisher's files.
        wanted: Dates that the files do not state.
        force: Take an edition that drops more than a tenth of the rows, or that is older than the one it replaces.
        allow: The most rows that are left out because a cell of them does not read.
    """
    manifests = read_manifests(folder)
    tables = _held(folder, manifests, dict.fromkeys((*KINDS[kind].tables, *KINDS[kind].asks)))
    bad = BadCells()
    editions = KINDS[kind].read(tuple(published), wanted, tables, bad)
    bad.refuse_beyond(allow)
    files = dict(folder)
    steps = tuple(_take(files, manifests[edition.table], edition, force=force) for edition in editions)
    problems = tuple(nonsense(read_all(files)))
    if problems:
        raise ImportRefusedError("the tables would not make sense together:\n" + "\n".join(problems[:MOST_DROPPED]))
    return ImportPlan(files, steps, tuple(bad.problems))


def _held(
    folder: Mapping[str, bytes], manifests: Mapping[str, Manifest], tables: Iterable[str]
) -> Mapping[str, NewestEdition]:
    held = {}
    for table in tables:
        newest = manifests[table].editions[-1]
        content = folder[f"{table}/{newest.file}"]
        rows = () if is_packed(content) else raw_rows(content)
        held[table] = NewestEdition(newest.name, newest.in_force_from, newest.in_force_to, newest.published, rows)
    return held


def _take(files: dict[str, bytes], manifest: Manifest, edition: NewEdition, *, force: bool) -> ImportStep:
    table, columns = edition.table, tuple(manifest.columns)
    file = f"{edition.name}{SUFFIX if edition.packed else '.csv'}"
    content = edition.packed or csv_bytes(columns, edition.rows)
    entry = EditionEntry(edition.name, file, edition.in_force_from, edition.in_force_to, edition.published)
    other = predecessor(entry, manifest.editions)
    before = files[f"{table}/{other.file}"] if other else csv_bytes(columns, ())
    # Told in the order of time: rows of a later edition that an older one lacks came after it.
    is_later = other is None or (other.in_force_from, other.published) <= (entry.in_force_from, entry.published)
    changes = compare_files(table, manifest.key, *((before, content) if is_later else (content, before)))
    gone = sum(change.kind == "gone" for change in changes) if is_later else 0
    held = rows_in(before)
    if other and gone * MOST_DROPPED > held and not force:
        raise ImportRefusedError(
            f"{table}: {gone:,} of the {held:,} rows of {other.name} are not in {edition.name}, more than a "
            "tenth; the file may be incomplete. Look at what is gone, and repeat with --force if it is right"
        )
    is_only = DATED_BY[table] == "row"
    if is_only and other and entry.published < other.published and not force:
        # The one edition holds the past as well: an older one would forget what came after it.
        raise ImportRefusedError(
            f"{table}: {edition.name} is of {entry.published}, older than {other.name} of {other.published}, which it "
            "would replace. Repeat with --force if it is right"
        )
    placed = place(manifest.editions, entry, is_only=is_only)
    for old in placed.replaced:
        del files[f"{table}/{old.file}"]
    files[f"{table}/{entry.file}"] = content
    path = f"{table}/{MANIFEST}"
    files[path] = with_editions(files[path].decode(), placed.editions).encode()
    replaced = tuple(old.name for old in placed.replaced if old.name != entry.name)
    return ImportStep(edition, other.name if other else None, changes, replaced)
