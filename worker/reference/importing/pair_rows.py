"""The rows of published code pairs, gathered in eight bytes each until they are packed."""

from array import array
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from worker.reference.importing.bad_cells import BadCells
from worker.reference.importing.published import ImportRefusedError
from worker.reference.tables.packed_pairs import MOST_CODES, MOST_KINDS, PackedRow, as_day, pack

CODE_AT, LAST_AT, FIRST_AT = 48, 32, 16
"""Where the bits of the second code and of both days begin; below is the kind."""
PART: Final = (1 << 16) - 1


class PairRows:
    """Pairs in the order in which they are read."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self._kinds: dict[tuple[int, str], int] = {}
        self._groups: dict[tuple[str, str], array[int]] = {}

    def add(  # noqa: PLR0913, PLR0917 - the cells of a row
        self, setting: str, column1: str, column2: str, first: int, last: int, kind: tuple[int, str]
    ) -> None:
        """Gather a row: first and last day since 1970-01-01, 0 for an open one; modifier indicator and rationale.

        Raises ImportRefusedError when there are more codes or kinds than any quarter has.
        """
        second = self._places.setdefault(column2, len(self._places))
        place = self._kinds.setdefault(kind, len(self._kinds))
        if second >= MOST_CODES or place >= MOST_KINDS:
            raise ImportRefusedError(f"ptp: expected at most {MOST_CODES:,} codes and {MOST_KINDS} rationales")
        group = self._groups.get((setting, column1))
        if group is None:
            group = self._groups[setting, column1] = array("Q")
        group.append(second << CODE_AT | last << LAST_AT | first << FIRST_AT | place)

    def packed(self, bad: BadCells) -> bytes:
        """The file of all rows; a pair with rows that differ for one day is noted as bad and left out."""
        settings = sorted({setting for setting, _ in self._groups})
        codes = sorted(self._places.keys() | {column1 for _, column1 in self._groups})
        ranks = {code: at for at, code in enumerate(codes)}
        rank_of_place = [ranks[code] for code in self._places]
        groups = (self._sound(setting, column1, codes, rank_of_place, bad) for setting in settings for column1 in codes)
        return pack(settings, codes, tuple(self._kinds), groups)

    def _sound(
        self, setting: str, column1: str, codes: Sequence[str], rank_of_place: Sequence[int], bad: BadCells
    ) -> Sequence[PackedRow]:
        rows = sorted(set(self._unpacked(setting, column1, rank_of_place)), key=_in_time)
        in_doubt: set[int] = set()
        for earlier, later in pairwise(rows):
            if earlier.second == later.second and not 0 < earlier.last < later.first and later.second not in in_doubt:
                in_doubt.add(later.second)
                named = f"{setting}, {column1}+{codes[later.second]}"
                bad.note(f"ptp: {named}: begins {as_day(later.first)}, expected after the row before it ends")
        return [row for row in rows if row.second not in in_doubt] if in_doubt else rows

    def _unpacked(self, setting: str, column1: str, rank_of_place: Sequence[int]) -> Iterator[PackedRow]:
        for bits in self._groups.get((setting, column1), ()):
            second = rank_of_place[bits >> CODE_AT]
            yield PackedRow(second, bits >> LAST_AT & PART, bits >> FIRST_AT & PART, bits & PART)


def _in_time(row: PackedRow) -> tuple[int, int, int]:
    return row.second, row.last or PART, row.first
