"""The two measured tables of `config/reference/README.md`: which months each table covers, and how much changes."""

import csv
import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Final

from worker.reference.build.building import read_manifests
from worker.reference.build.loading import read_folder
from worker.reference.files.manifest import EditionEntry, Manifest
from worker.reference.tables.edition import Edition, reach

REFERENCE: Final = Path(__file__).parents[2] / "config" / "reference"
YEARS: Final = (2024, 2025, 2026)
COVERED, IN_PART, CARRIED, NOTHING = "C", "p", "f", "-"
QUARTER_DAYS: Final = 91.3
PARTS: Final[Mapping[str, tuple[str, ...]]] = {"mue": ("practitioner", "outpatient_hospital")}
"""The parts that a publisher gives out apart: an edition without rows of one says nothing of it."""
MEASURED: Final[Mapping[str, tuple[str, ...]]] = {
    "containers": ("units_per_item",),
    "products": ("units_per_item",),
    "mue": ("value", "mai"),
    "asp_limits": ("payment_limit",),
    "opps_status": ("status",),
    "icd10cm": (),
    "icd10cm_exclusions": (),
}
"""The tables of which several editions are at hand, with the columns that decide."""

_COVERAGE_HEAD: Final = f"| table | {' | '.join(map(str, YEARS))} |\n{'|---' * (len(YEARS) + 1)}|\n"
_CHANGES_HEAD: Final = "| table | from | to | rows in both | changed | in a quarter | gone | added |\n"
_CHANGES_RULE: Final = "|---|---|---|--:|--:|--:|--:|--:|\n"

Rows = Mapping[tuple[str, ...], tuple[str, ...]]


def with_measures(readme: str, directory: Path = REFERENCE) -> str:
    """Return the README with both tables made anew from the files of the folder.

    Raises:
        ValueError: When there is not one of each.
    """
    files = read_folder(directory)
    manifests = read_manifests(files)
    text = _replaced(readme, _COVERAGE_HEAD, "".join(_coverage(manifests, files)))
    return _replaced(text, _CHANGES_HEAD + _CHANGES_RULE, "".join(_changes(manifests, files)))


def _replaced(text: str, head: str, rows: str) -> str:
    changed, count = re.subn(re.escape(head) + r"(\|.*\n)*", lambda _: head + rows, text)
    if count != 1:
        raise ValueError(f"config/reference/README.md: one table with the head {head!r} is expected, found {count}")
    return changed


def _coverage(manifests: Mapping[str, Manifest], files: Mapping[str, bytes]) -> Iterator[str]:
    for table, manifest in sorted(manifests.items()):
        for part in PARTS.get(table, ("",)):
            held = tuple(
                Edition(
                    table,
                    each.name,
                    each.in_force_from,
                    each.in_force_to,
                    each.published,
                    rows=0,
                    sha256="",
                    trusted_days=manifest.trusted_days,
                )
                for each in manifest.editions
                if not part or f",{part},".encode() in files[f"{table}/{each.file}"]
            )
            name = f"`{table}`, {part.replace('_', ' ')}" if part else f"`{table}`"
            yield f"| {name} | {' | '.join(f'`{_year(held, year)}`' for year in YEARS)} |\n"


def _year(editions: tuple[Edition, ...], year: int) -> str:
    return "".join(_month(editions, year, month) for month in range(1, 13))


def _month(editions: tuple[Edition, ...], year: int, month: int) -> str:
    days = [day for at in range(31) if (day := date(year, month, 1) + timedelta(days=at)).month == month]
    reached = [reach(editions, day) for day in days]
    if not any(each.edition for each in reached):
        return NOTHING
    told = {(CARRIED if each.is_carried else COVERED) if each.edition else NOTHING for each in reached}
    return told.pop() if len(told) == 1 else IN_PART


def _changes(manifests: Mapping[str, Manifest], files: Mapping[str, bytes]) -> Iterator[str]:
    for table, columns in MEASURED.items():
        manifest = manifests[table]
        held = [(entry, _rows(files[f"{table}/{entry.file}"], manifest.key, columns)) for entry in manifest.editions]
        for (old, before), (new, after) in pairwise(held):
            yield _change(table, (old, before), (new, after))


def _change(table: str, old: tuple[EditionEntry, Rows], new: tuple[EditionEntry, Rows]) -> str:
    (first, before), (then, after) = old, new
    shared = before.keys() & after.keys()
    changed = sum(before[key] != after[key] for key in shared)
    quarters = max((then.in_force_from - first.in_force_from).days / QUARTER_DAYS, 1.0)
    share = 100 * changed / max(len(shared), 1) / quarters
    gone, added = len(before) - len(shared), len(after) - len(shared)
    cells = (f"`{table}`", first.name, then.name, f"{len(shared):,}", f"{changed:,}", f"{share:.2f} %")
    return f"| {' | '.join((*cells, f'{gone:,}', f'{added:,}'))} |\n"


def _rows(content: bytes, key: tuple[str, ...], columns: tuple[str, ...]) -> Rows:
    lines = csv.reader(content.decode().splitlines())
    header = next(lines)
    keys, values = [header.index(name) for name in key], [header.index(name) for name in columns]
    return {tuple(row[at] for at in keys): tuple(row[at] for at in values) for row in lines}
