"""Two rows of one key that are in force on one day would give two answers."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from worker.reference.files.held_rows import FIRST_ROW
from worker.reference.tables.declared import LoadedTable
from worker.reference.tables.packed_pairs import PackedPairs
from worker.reference.tables.policy_rows import NcciPair


def overlaps(table: LoadedTable[NcciPair]) -> Iterator[str]:
    """The rows of a code pair that begin before an earlier row of the pair has ended."""
    for edition, rows in table.editions:
        if isinstance(rows, PackedPairs):  # these were compared when they were read
            continue
        held: defaultdict[tuple[str, str, str], list[tuple[date, int, NcciPair]]] = defaultdict(list)
        for number, pair in enumerate(rows, FIRST_ROW):
            held[pair.setting, pair.column1, pair.column2].append((pair.effective_to or date.max, number, pair))
        for members in held.values():
            for (last, first_number, _), (_, number, pair) in pairwise(sorted(members, key=lambda each: each[:2])):
                if pair.effective_from and pair.effective_from <= last:
                    yield (
                        f"{edition.path}: row {number}, column effective_from: {pair.column1}+{pair.column2} begins "
                        f"{pair.effective_from}, expected after row {first_number} ends on {last}"
                    )
