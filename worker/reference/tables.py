"""The two shapes of a dated table: a row carries its own dates, or its edition does."""

from collections.abc import Hashable, Mapping
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


@dataclass(frozen=True, slots=True)
class ByRow(Generic[Row]):
    """One open edition whose rows carry their own dates."""

    edition: Edition
    rows: Mapping[str, tuple[Row, Period]]

    def answer(self, key: str, on: date) -> Answer[Row]:
        """The row's own dates decide; the edition's dates only bound what an absent row means."""
        held = self.rows.get(key)
        if held is None:
            return Absent(self.edition) if self.edition.covers(on) else outer_bounds((self.edition,))
        row, period = held
        if (period.valid_from and on < period.valid_from) or (period.valid_to and on > period.valid_to):
            return NotInForce(row, self.edition, period.valid_from, period.valid_to)
        if period.known_from and on < period.known_from:
            return NotCovered(period.known_from, period.valid_to)
        return Found(row, self.edition)


@dataclass(frozen=True, slots=True)
class ByEdition(Generic[Key, Row]):
    """Editions in order of time; each answers for its own dates only."""

    editions: tuple[tuple[Edition, Mapping[Key, Row]], ...]

    def answer(self, key: Key, on: date) -> Answer[Row]:
        """Absent when the edition of that date lacks the key, NotCovered when no edition has the date."""
        for edition, rows in self.editions:
            if edition.covers(on):
                row = rows.get(key)
                return Absent(edition) if row is None else Found(row, edition)
        return outer_bounds(tuple(edition for edition, _ in self.editions))


def outer_bounds(editions: tuple[Edition, ...]) -> NotCovered:
    """The first and last day of what the editions hold; gaps between them are not told."""
    ends = [edition.in_force_to for edition in editions]
    return NotCovered(
        covers_from=min((edition.in_force_from for edition in editions), default=None),
        covers_to=None if None in ends or not ends else max(end for end in ends if end),
    )
