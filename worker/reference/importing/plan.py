"""Plan an import: what the folder would hold, what changes, and why it must not be done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from worker.reference.build.building import DATED_BY, MANIFEST, read_all, read_manifests
from worker.reference.build.comparison import Change, compare_rows, predecessor
from worker.reference.build.consistency import nonsense
from worker.reference.files.manifest import EditionEntry, Manifest
from worker.reference.files.manifest_text import place, with_editions
from worker.reference.files.raw_rows import csv_bytes, raw_rows
from worker.reference.importing.kinds import KINDS
from worker.reference.importing.published import (
    ImportDates,
    ImportRefusedError,
    NewEdition,
    NewestEdition,
    PublishedFile,
)

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
    """The files of the folder after the import, and the steps that lead there."""

    files: Mapping[str, bytes]
    steps: tuple[ImportStep, ...]


def plan_import(
    folder: Mapping[str, bytes],
    kind: str,
    published: Sequence[PublishedFile],
    wanted: ImportDates,
    *,
    force: bool,
) -> ImportPlan:
    """The plan for an import into a folder. Raises `ImportRefusedError`, or `ReferenceDataError` for a broken outcome.

    `force` lets an edition through that drops more than a tenth of the rows.
    """
    manifests = read_manifests(folder)
    tables = _held(folder, manifests, KINDS[kind].tables)
    editions = KINDS[kind].read(tuple(published), wanted, tables)
    files = dict(folder)
    steps = tuple(_take(files, manifests[edition.table], edition, force=force) for edition in editions)
    problems = tuple(nonsense(read_all(files)))
    if problems:
        raise ImportRefusedError("the tables would not make sense together:\n" + "\n".join(problems[:MOST_DROPPED]))
    return ImportPlan(files, steps)


def _held(
    folder: Mapping[str, bytes], manifests: Mapping[str, Manifest], tables: Sequence[str]
) -> Mapping[str, NewestEdition]:
    held = {}
    for table in tables:
        newest = manifests[table].editions[-1]
        rows = raw_rows(folder[f"{table}/{newest.file}"])
        held[table] = NewestEdition(newest.name, newest.in_force_from, newest.in_force_to, newest.published, rows)
    return held


def _take(files: dict[str, bytes], manifest: Manifest, edition: NewEdition, *, force: bool) -> ImportStep:
    table, columns = edition.table, tuple(manifest.columns)
    entry = EditionEntry(
        edition.name, f"{edition.name}.csv", edition.in_force_from, edition.in_force_to, edition.published
    )
    content = csv_bytes(columns, edition.rows)
    other = predecessor(entry, manifest.editions)
    before = raw_rows(files[f"{table}/{other.file}"]) if other else ()
    # Told in the order of time: rows of a later edition that an older one lacks came after it.
    is_later = other is None or other.in_force_from <= entry.in_force_from
    rows = (before, raw_rows(content)) if is_later else (raw_rows(content), before)
    changes = compare_rows(table, manifest.key, *rows)
    gone = sum(change.kind == "gone" for change in changes) if is_later else 0
    if other and gone * MOST_DROPPED > len(before) and not force:
        raise ImportRefusedError(
            f"{table}: {gone:,} of the {len(before):,} rows of {other.name} are not in {edition.name}, more than a "
            "tenth; the file may be incomplete. Look at what is gone, and repeat with --force if it is right"
        )
    placed = place(manifest.editions, entry, is_only=DATED_BY[table] == "row")
    for old in placed.replaced:
        del files[f"{table}/{old.file}"]
    files[f"{table}/{entry.file}"] = content
    path = f"{table}/{MANIFEST}"
    files[path] = with_editions(files[path].decode(), placed.editions).encode()
    replaced = tuple(old.name for old in placed.replaced if old.name != entry.name)
    return ImportStep(edition, other.name if other else None, changes, replaced)
