"""The differences between two editions of a table, or between two reference folders."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from worker.reference.build.building import read_manifests
from worker.reference.build.pair_files import PairGroups, differing, is_packed
from worker.reference.files.manifest import EditionEntry
from worker.reference.files.raw_rows import RawRow, raw_rows
from worker.reference.tables.packed_pairs import PackedPairs

# The words for a changed cell, by table and column; any other is plainly "changed".
KINDS: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        ("drugs", "unit_amount"): "changed unit",
        ("drugs", "unit"): "changed unit",
        ("drugs", "unit_up_to"): "changed unit",
        ("skin_substitutes", "unit_amount"): "changed unit",
        ("skin_substitutes", "unit"): "changed unit",
        ("containers", "package_size"): "changed container",
        ("containers", "package_qty"): "changed container",
        ("containers", "units_per_item"): "changed container",
        ("containers", "units_per_package"): "changed container",
        ("products", "units_per_item"): "changed container",
        ("products", "units_per_package"): "changed container",
        ("mue", "value"): "changed MUE",
        ("mue", "mai"): "changed MUE",
        ("opps_status", "status"): "changed status",
        ("asp_limits", "payment_limit"): "changed limit",
    }
)
LAST_DAY: Final = "effective_to"
MOST_ADDED: Final = 100_000
"""Pairs added that are named one by one."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: a row added or gone, a code ended, or one cell that changed."""

    table: str
    key: str
    kind: str
    column: str | None = None
    before: str | None = None
    after: str | None = None


def compare_rows(
    table: str, key: Sequence[str], before: Sequence[RawRow], after: Sequence[RawRow]
) -> tuple[Change, ...]:
    """The changes from one edition to another, in order of the key."""
    old = {_key(row, key): row for row in before}
    new = {_key(row, key): row for row in after}
    changes: list[Change] = []
    for name in sorted(old.keys() | new.keys()):
        if name not in old:
            changes.append(Change(table, name, "added"))
        elif name not in new:
            changes.append(Change(table, name, "gone"))
        elif old[name] != new[name]:
            changes.extend(_changed_cells(table, name, old[name], new[name]))
    return tuple(changes)


def compare_files(table: str, key: Sequence[str], before: bytes, after: bytes) -> tuple[Change, ...]:
    """The changes from the file of one edition to that of another."""
    if not (is_packed(before) or is_packed(after)):
        return compare_rows(table, key, raw_rows(before), raw_rows(after))
    changes: list[Change] = []
    added: list[Change] = []
    count = 0
    for pair, old, new in differing(PairGroups(before), PairGroups(after)):
        if old is None:
            count += 1
            if count <= MOST_ADDED:
                added.append(Change(table, pair, "added"))
        elif new is None:
            changes.append(Change(table, pair, "gone"))
        else:
            changes.extend(_changed_cells(table, pair, old, new))
    # A whole quarter after a part of one: to name each pair would take more memory than to hold it.
    many = [Change(table, f"{count:,} pairs", "pairs added")] if count > MOST_ADDED else added
    return (*changes, *many)


def rows_in(content: bytes) -> int:
    """The rows of the file of an edition."""
    return len(PackedPairs(content)) if is_packed(content) else len(raw_rows(content))


def compare_editions(
    table: str, before: tuple[Mapping[str, bytes], str], after: tuple[Mapping[str, bytes], str]
) -> tuple[Change, ...]:
    """The changes between two named editions of a table, each in the files of a folder. KeyError: no such edition."""
    key, old = _edition_file(table, *before)
    _, new = _edition_file(table, *after)
    return compare_files(table, key, old, new)


def compare_folders(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> tuple[Change, ...]:
    """The changes from one reference folder to another, each edition against its own or the one that it follows."""
    changes: list[Change] = []
    old_manifests = read_manifests(before)
    for table, manifest in read_manifests(after).items():
        old = old_manifests[table].editions
        for entry in manifest.editions:
            other = predecessor(entry, old)
            if entry.name not in {each.name for each in old}:
                changes.append(Change(table, entry.name, "edition added"))
            if other:
                changes.extend(compare_editions(table, (before, other.name), (after, entry.name)))
        kept = {entry.name for entry in manifest.editions}
        changes.extend(Change(table, entry.name, "edition gone") for entry in old if entry.name not in kept)
    return tuple(changes)


def predecessor(entry: EditionEntry, held: Sequence[EditionEntry]) -> EditionEntry | None:
    """The edition to compare with: the namesake, else the one before it, else the one after it."""
    named = [other for other in held if other.name == entry.name]
    before = [other for other in held if other.in_force_from <= entry.in_force_from]
    after = [other for other in held if other.in_force_from > entry.in_force_from]
    return next(iter((*named, *reversed(before), *after)), None)


def _edition_file(table: str, files: Mapping[str, bytes], edition: str) -> tuple[tuple[str, ...], bytes]:
    manifest = read_manifests(files)[table]
    names = {entry.name: entry.file for entry in manifest.editions}
    return manifest.key, files[f"{table}/{names[edition]}"]


def _key(row: RawRow, columns: Sequence[str]) -> str:
    return "+".join(row[column] for column in columns)


def _changed_cells(table: str, key: str, old: RawRow, new: RawRow) -> Iterator[Change]:
    for column in new:
        before, after = old.get(column, ""), new[column]
        if before != after:
            kind = KINDS.get((table, column), "changed")
            if column == LAST_DAY:
                kind = "ended" if after else "in force again"
            yield Change(table, key, kind, column, before, after)
