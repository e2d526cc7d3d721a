"""Diagnoses that are not coded together, by fiscal year."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import product
from string import ascii_uppercase, digits
from typing import Final

from worker.reference.tables.answer import Answer, Carried, Found
from worker.reference.tables.code_set_rows import ExcludesNote
from worker.reference.tables.dated import outer_bounds
from worker.reference.tables.edition import Edition, Reach, reach

CATEGORY: Final = 3
"""The characters of a category, such as E11."""
KEPT: Final = 4096
"""Diagnoses whose notes are kept a year."""
_RANK: Final = digits + ascii_uppercase


@dataclass(frozen=True, slots=True)
class NotTogether:
    """The beginnings of the codes that one diagnosis excludes, by its own notes and by those above it.

    `in_block` are those of the same group of diseases, which are hardly two unrelated conditions; `elsewhere` the
    others.
    """

    in_block: tuple[str, ...]
    elsewhere: tuple[str, ...]


class Exclusions:
    """The notes of each fiscal year, and of the last one for as long as it is trusted beyond it.

    They are read when a diagnosis is first asked for.
    """

    __slots__ = ("_asked", "_carried", "_lasts", "_not_covered", "_spans", "_starts", "_trusted", "editions", "rows")

    def __init__(self, years: Sequence[tuple[Edition, Mapping[str, tuple[ExcludesNote, ...]]]]) -> None:
        self.editions = tuple(edition for edition, _ in years)
        self.rows = [rows for _, rows in years]
        self._starts = [edition.in_force_from for edition in self.editions]
        self._lasts = [edition.in_force_to or date.max for edition in self.editions]
        self._spans = [[place for place in rows if "-" in place] for rows in self.rows]
        self._trusted = [edition.trusted_to or date.min for edition in self.editions]
        self._asked: list[dict[str, Found[NotTogether]]] = [{} for _ in years]
        self._carried: list[dict[str, Found[NotTogether]]] = [{} for _ in years]
        self._not_covered = outer_bounds(self.editions)

    def answer(self, code: str, on: date) -> Answer[NotTogether]:
        """What the notes of the year exclude beside a code; Found, with nothing, for one without a note."""
        at = bisect_right(self._starts, on) - 1
        if at < 0 or on > max(self._lasts[at], self._trusted[at]):
            return self._not_covered
        is_carried = on > self._lasts[at]
        asked = (self._carried if is_carried else self._asked)[at]
        found = asked.get(code)
        if found is None:
            if len(asked) >= KEPT:
                asked.clear()
            kind = Carried if is_carried else Found
            found = asked[code] = kind(self._excluded(at, code), self.editions[at])
        return found

    def reach(self, on: date) -> Reach:
        """How far the table reaches on a day."""
        return reach(self.editions, on)

    def _excluded(self, at: int, code: str) -> NotTogether:
        rows = self.rows[at]
        above = [code[:length] for length in range(CATEGORY, len(code) + 1)]
        places = [place for place in above if place in rows]
        places += [place for place in self._spans[at] if _spans(place, code)]
        notes = [note for place in places for note in rows[place]]
        return NotTogether(
            _beginnings((note for note in notes if note.in_block), code),
            _beginnings((note for note in notes if not note.in_block), code),
        )


def _spans(span: str, code: str) -> bool:
    first, _, last = span.partition("-")
    return first <= code[: len(first)] <= last


def _beginnings(notes: Iterable[ExcludesNote], code: str) -> tuple[str, ...]:
    """Those of the excluded codes; none that the code itself begins with."""
    found = dict.fromkeys(each for note in notes for each in expanded(note.excluded))
    return tuple(each for each in found if not code.startswith(each))


@lru_cache(maxsize=KEPT)
def expanded(excluded: str) -> tuple[str, ...]:
    """The beginnings of the codes of a range: categories from E08 to E13, or A040 to A044."""
    first, is_span, last = excluded.partition("-")
    if not is_span:
        return (first,)
    if len(first) > CATEGORY:
        begin, end = _RANK.index(first[-1]), _RANK.index(last[-1])
        return tuple(first[:-1] + each for each in _RANK[begin : end + 1])
    every = ("".join(each) for each in product(ascii_uppercase, _RANK, _RANK))
    return tuple(category for category in every if first <= category <= last)
