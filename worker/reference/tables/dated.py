"""The shapes of a dated table: a row carries its own dates, or its edition does.

An answer is made when it is first asked for and kept. So a lookup is one bisection and one dictionary, and memory is
bounded by the table or by what is kept, whatever claims ask.
"""

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Generic, TypeVar

from worker.reference.tables.answer import Absent, Answer, Carried, Found, NotCovered, NotInForce
from worker.reference.tables.edition import NOT_REACHED, Edition, Reach, reach

Key = TypeVar("Key", bound=Hashable)
Row = TypeVar("Row")

MOST_KEPT = 1 << 14
"""Keys whose answers are kept in a table with dates by row, the first ones asked: claims ask for hundreds."""


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


class _KeyRows(Generic[Row]):
    """The rows of one key in order of time, and the answers that do not depend on the day."""

    __slots__ = ("carried", "first", "found", "last", "outside", "rows")

    def __init__(self, rows: Sequence[tuple[Row, Period]], edition: Edition) -> None:
        self.rows = rows
        # Most keys have one row, and a claim mostly asks on a day it is in force: that one needs no loop.
        row, period = rows[-1]
        self.found = Found(row, edition)
        self.carried = Carried(row, edition)
        self.first = period.first
        self.last = period.last
        # The one answer on every day beside the row; None when it depends on the day.
        self.outside = (
            None if len(rows) > 1 or period.known_from else NotInForce(row, edition, period.valid_from, period.valid_to)
        )


class ByRow(Generic[Key, Row]):
    """One edition whose rows carry their own dates; a key may have several rows, one after the other."""

    __slots__ = ("_absent", "_ends", "_held", "_not_covered", "_period", "_trusted_to", "edition", "rows")

    def __init__(self, edition: Edition, rows: Mapping[Key, tuple[Row, ...]], period: Callable[[Row], Period]) -> None:
        """The rows of a key do not overlap."""
        self.edition = edition
        self.rows = rows
        self._absent = Absent(edition)
        self._not_covered = outer_bounds((edition,))
        self._period = period
        # Without a word on trust a row holds as long as it says.
        self._trusted_to = edition.trusted_to
        self._ends = edition.in_force_to if self._trusted_to and edition.in_force_to else date.max
        self._held: dict[Key, _KeyRows[Row]] = {}

    def answer(self, key: Key, on: date) -> Answer[Row]:
        """The row's own dates decide; the edition's dates only bound what an absent row means."""
        held = self._held.get(key) or self._hold(key)
        if held is None:
            return self._missing(on)
        if held.first <= on <= held.last:
            return held.found if on <= self._ends else self._carry(held, on)
        return held.outside or self._beside(held, on)

    def reach(self, on: date) -> Reach:
        """How far the table reaches on a day."""
        return reach((self.edition,), on)

    def latest(self, key: Key) -> Row | None:
        """The last row of a key, in force or not; None for a key that is not held."""
        held = self._held.get(key) or self._hold(key)
        return held.found.row if held else None

    def prepare(self, keys: Iterable[Key]) -> None:
        """Make the answers of these keys before they are asked, as many as are kept."""
        for key in islice(keys, MOST_KEPT):
            self._hold(key)

    def _missing(self, on: date) -> Absent | NotCovered:
        """The answer for a key that the table does not hold."""
        return self._absent if self.edition.covers(on) else self._not_covered

    def _carry(self, held: _KeyRows[Row], on: date) -> Answer[Row]:
        return held.carried if self._trusted_to and on <= self._trusted_to else self._not_covered

    def _hold(self, key: Key) -> _KeyRows[Row] | None:
        found = self.rows.get(key)
        if found is None:
            return None
        rows = sorted(((row, self._period(row)) for row in found), key=lambda each: each[1].last)
        held = _KeyRows(rows, self.edition)
        if len(self._held) < MOST_KEPT:
            self._held[key] = held
        return held

    def _beside(self, held: _KeyRows[Row], on: date) -> Answer[Row]:
        """The first row of the key that has not ended decides; when all have ended, the last one."""
        row, period = next((each for each in held.rows if on <= each[1].last), held.rows[-1])
        if on > period.last or (period.valid_from and on < period.valid_from):
            return NotInForce(row, self.edition, period.valid_from, period.valid_to)
        if period.known_from and on < period.known_from:
            return NotCovered(period.known_from, period.valid_to)
        return Found(row, self.edition)


class GroupsByRow(Generic[Key, Row]):
    """One edition whose rows carry their own dates; all rows of a key may be in force on the same day."""

    __slots__ = ("_absent", "_not_covered", "_period", "edition", "rows")

    def __init__(self, edition: Edition, rows: Mapping[Key, tuple[Row, ...]], period: Callable[[Row], Period]) -> None:
        self.edition = edition
        self.rows = rows
        self._absent = Absent(edition)
        self._not_covered = outer_bounds((edition,))
        self._period = period

    def answer(self, key: Key, on: date) -> Answer[tuple[Row, ...]]:
        """The rows in force on that day; all rows of a key of which none is."""
        rows = self.rows.get(key)
        if rows is None:
            return self._absent if self.edition.covers(on) else self._not_covered
        periods = [self._period(row) for row in rows]
        in_force = tuple(row for row, period in zip(rows, periods, strict=True) if period.first <= on <= period.last)
        if in_force:
            return Found(in_force, self.edition)
        last = max(period.last for period in periods)
        return NotInForce(
            rows, self.edition, min(period.first for period in periods), None if last == date.max else last
        )

    def reach(self, on: date) -> Reach:
        """How far the table reaches on a day."""
        return reach((self.edition,), on)


class ByEdition(Generic[Key, Row]):
    """Editions in order of time; each answers for its own dates only."""

    __slots__ = (
        *("_absent", "_carried", "_found", "_lasts", "_not_covered", "_reaches", "_starts", "_trusted"),
        *("editions", "rows"),
    )

    def __init__(self, editions: Iterable[tuple[Edition, Mapping[Key, Row]]]) -> None:
        held = tuple(editions)
        self.editions = tuple(edition for edition, _ in held)
        self._starts = [edition.in_force_from for edition in self.editions]
        self._lasts = [edition.in_force_to or date.max for edition in self.editions]
        # Before its first day an edition is asked nothing, so that the first of all days means no trust.
        self._trusted = [edition.trusted_to or date.min for edition in self.editions]
        self._reaches = [(Reach(edition), Reach(edition, is_carried=True)) for edition in self.editions]
        self.rows = [rows for _, rows in held]
        self._found: list[dict[Key, Found[Row]]] = [{} for _ in self.rows]
        self._carried: list[dict[Key, Carried[Row]]] = [{} for _ in self.rows]
        self._absent = [Absent(edition) for edition in self.editions]
        self._not_covered = outer_bounds(self.editions)

    def answer(self, key: Key, on: date) -> Answer[Row]:
        """Absent when the edition of that date lacks the key, NotCovered when no edition has the date.

        After an edition and before the next one its rows are carried, as long as they are trusted; never before it.
        """
        at = bisect_right(self._starts, on) - 1
        if at < 0:
            return self._not_covered
        if on > self._lasts[at]:
            return self._carry(at, key, on)
        return self._found[at].get(key) or self._find(at, key)

    def reach(self, on: date) -> Reach:
        """How far the table reaches on a day."""
        at = bisect_right(self._starts, on) - 1
        if at < 0:
            return NOT_REACHED
        covering, carried = self._reaches[at]
        if on <= self._lasts[at]:
            return covering
        return carried if on <= self._trusted[at] else NOT_REACHED

    def _carry(self, at: int, key: Key, on: date) -> Answer[Row]:
        if on > self._trusted[at]:
            return self._not_covered
        carried = self._carried[at].get(key)
        if carried is None:
            # A key that the edition lacks may be in the one that we do not have.
            if key not in self.rows[at]:
                return self._not_covered
            carried = self._carried[at][key] = Carried(self.rows[at][key], self.editions[at])
        return carried

    def _find(self, at: int, key: Key) -> Found[Row] | Absent:
        if key not in self.rows[at]:
            return self._absent[at]
        found = self._found[at][key] = Found(self.rows[at][key], self.editions[at])
        return found


def outer_bounds(editions: tuple[Edition, ...]) -> NotCovered:
    """The first and last day of what the editions hold, and the stretches between holes."""
    stretches: list[tuple[date, date | None]] = []
    for each in sorted(editions, key=lambda edition: edition.in_force_from):
        first, end = stretches[-1] if stretches else (None, date.min)
        if first is None or (end is not None and each.in_force_from > end + timedelta(days=1)):
            stretches.append((each.in_force_from, each.in_force_to))
        elif end is not None:
            stretches[-1] = (first, max(end, each.in_force_to) if each.in_force_to else None)
    if not stretches:
        return NotCovered(None, None)
    return NotCovered(stretches[0][0], stretches[-1][1], tuple(stretches) if len(stretches) > 1 else ())
