"""The shapes of a dated table: a row carries its own dates, or its edition does.

Every answer that can be given is made when the table is built, so that a lookup is one bisection and one dictionary.
"""

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from worker.reference.answer import Absent, Answer, Found, NotCovered, NotInForce
from worker.reference.edition import Edition

Key = TypeVar("Key", bound=Hashable)
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Period:
    """The days on which a row is in force; before `known_from` we do not know."""

    valid_from: date | None
    valid_to: date | None
    known_from: date | None = None

    @property
    def first(self) -> date:
        """The first day that answers Found."""
        return max(self.valid_from or date.min, self.known_from or date.min)

    @property
    def last(self) -> date:
        """The last day that answers Found."""
        return self.valid_to or date.max


class ByRow(Generic[Key, Row]):
    """One edition whose rows carry their own dates; a key may have several rows, one after the other."""

    __slots__ = ("_absent", "_held", "_not_covered", "edition", "rows")

    def __init__(self, edition: Edition, rows: Mapping[Key, tuple[tuple[Row, Period], ...]]) -> None:
        """The rows of a key come in order of time and do not overlap."""
        self.edition = edition
        self.rows = rows
        self._absent = Absent(edition)
        self._not_covered = outer_bounds((edition,))
        # Most keys have one row, and a claim mostly asks on a day it is in force: that one needs no loop.
        self._held = {
            key: (Found(held[-1][0], edition), held[-1][1].first, held[-1][1].last, self._outside(held))
            for key, held in rows.items()
        }

    def answer(self, key: Key, on: date) -> Answer[Row]:
        """The row's own dates decide; the edition's dates only bound what an absent row means."""
        held = self._held.get(key)
        if held is None:
            return self._absent if self.edition.covers(on) else self._not_covered
        found, first, last, outside = held
        if first <= on <= last:
            return found
        return outside or self._beside(key, on)

    def latest(self, key: Key) -> Row | None:
        """The last row of a key, in force or not; None for a key that is not held."""
        held = self._held.get(key)
        return held[0].row if held else None

    def _outside(self, held: tuple[tuple[Row, Period], ...]) -> NotInForce[Row] | None:
        """The one answer on every day beside the row; None where it depends on the day."""
        row, period = held[0]
        if len(held) > 1 or period.known_from:
            return None
        return NotInForce(row, self.edition, period.valid_from, period.valid_to)

    def _beside(self, key: Key, on: date) -> Answer[Row]:
        """The first row of the key that has not ended decides; when all have ended, the last one."""
        rows = self.rows[key]
        row, period = next((each for each in rows if on <= each[1].last), rows[-1])
        if on > period.last or (period.valid_from and on < period.valid_from):
            return NotInForce(row, self.edition, period.valid_from, period.valid_to)
        if period.known_from and on < period.known_from:
            return NotCovered(period.known_from, period.valid_to)
        return Found(row, self.edition)


class ByEdition(Generic[Key, Row]):
    """Editions in order of time; each answers for its own dates only."""

    __slots__ = ("_absent", "_found", "_lasts", "_not_covered", "_starts", "editions")

    def __init__(self, editions: Iterable[tuple[Edition, Mapping[Key, Row]]]) -> None:
        held = tuple(editions)
        self.editions = tuple(edition for edition, _ in held)
        self._starts = [edition.in_force_from for edition in self.editions]
        self._lasts = [edition.in_force_to or date.max for edition in self.editions]
        self._found = [{key: Found(row, edition) for key, row in rows.items()} for edition, rows in held]
        self._absent = [Absent(edition) for edition in self.editions]
        self._not_covered = outer_bounds(self.editions)

    def answer(self, key: Key, on: date) -> Answer[Row]:
        """Absent when the edition of that date lacks the key, NotCovered when no edition has the date."""
        at = bisect_right(self._starts, on) - 1
        if at < 0 or on > self._lasts[at]:
            return self._not_covered
        return self._found[at].get(key) or self._absent[at]


def outer_bounds(editions: tuple[Edition, ...]) -> NotCovered:
    """The first and last day of what the editions hold; gaps between them are not told."""
    ends = [edition.in_force_to for edition in editions]
    return NotCovered(
        covers_from=min((edition.in_force_from for edition in editions), default=None),
        covers_to=None if None in ends or not ends else max(end for end in ends if end),
    )
