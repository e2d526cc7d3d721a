"""The rows of two files of code pairs, listed or packed, group by group: a quarter has millions."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import TypeAlias

from worker.reference.files.raw_rows import RawRow, raw_rows
from worker.reference.tables.packed_pairs import PackedPairs, as_day

OfFirstCode: TypeAlias = tuple[str, str]
"""Setting and first code."""
PairRow: TypeAlias = tuple[str, str, str, str, str]
"""Second code, first day, last day, modifier indicator, rationale; as text, empty where there is none."""
COLUMNS = ("column2", "effective_from", "effective_to", "modifier_indicator", "rationale")


class PairGroups:
    """The rows of a file, by group."""

    def __init__(self, content: bytes) -> None:
        self._packed = PackedPairs(content) if is_packed(content) else None
        self._kinds = [(str(indicator), text) for indicator, text in self._packed.kinds] if self._packed else []
        self._listed: defaultdict[OfFirstCode, list[PairRow]] = defaultdict(list)
        for row in () if self._packed else raw_rows(content):
            column2, first, last, indicator, rationale = (row[column] for column in COLUMNS)
            self._listed[row["setting"], row["column1"]].append((column2, first, last, indicator, rationale))

    @property
    def names(self) -> frozenset[OfFirstCode]:
        """Every group that may have rows."""
        if self._packed is None:
            return frozenset(self._listed)
        return frozenset((setting, code) for setting in self._packed.settings for code in self._packed.codes)

    def rows(self, group: OfFirstCode) -> Iterable[PairRow]:
        """The rows of a group."""
        if self._packed is None:
            return self._listed.get(group, ())
        return (
            (self._packed.codes[row.second], _text(row.first), _text(row.last), *self._kinds[row.kind])
            for row in self._packed.group(*group)
        )


def is_packed(content: bytes) -> bool:
    """Whether a file is one of packed pairs: it begins with JSON, as no header of a table does."""
    return content.startswith(b"{")


def differing(before: PairGroups, after: PairGroups) -> Iterator[tuple[str, RawRow | None, RawRow | None]]:
    """The rows that differ, each with its pair, as the one file and the other has it, or None.

    A pair that was deleted and came again has several rows: its first is compared with the first, and so on.
    """
    for group in sorted(before.names | after.names):
        old, new = set(before.rows(group)), set(after.rows(group))
        changed = {row[0] for row in old ^ new}
        if not changed:
            continue
        one, other = _numbered(old, changed), _numbered(new, changed)
        for key in sorted(one.keys() | other.keys()):
            if one.get(key) != other.get(key):
                yield "+".join((*group, key[0])), one.get(key), other.get(key)


def _numbered(rows: Iterable[PairRow], of: set[str]) -> Mapping[tuple[str, int], RawRow]:
    by_code: defaultdict[str, list[PairRow]] = defaultdict(list)
    for row in rows:
        if row[0] in of:
            by_code[row[0]].append(row)
    return {
        (code, number): dict(zip(COLUMNS, row, strict=True))
        for code, its_rows in by_code.items()
        for number, row in enumerate(sorted(its_rows, key=lambda each: (each[2] or str(date.max), each)))
    }


@lru_cache(maxsize=1024)
def _text(number: int) -> str:
    day = as_day(number)
    return day.isoformat() if day else ""
