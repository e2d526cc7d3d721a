"""Tables whose last edition has ended before a day, and what they still say then, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from worker.reference.build.building import DATED_BY


class Spanned(Protocol):
    """An edition of a table as its dates tell it; `in_force_to` None is open."""

    @property
    def table(self) -> str:
        """Its name."""
        ...

    @property
    def in_force_to(self) -> date | None:
        """The last day that the edition covers."""
        ...

    @property
    def trusted_to(self) -> date | None:
        """The last day on which a row of it is carried forward; None when none is."""
        ...


@dataclass(frozen=True, slots=True)
class Ending:
    """The last day of a table that has ended, and the last on which its rows are carried forward, if any are."""

    table: str
    ended: date
    carried_to: date | None

    @property
    def finds_open_rows(self) -> bool:
        """Whether rows without a last day are found after the end all the same."""
        return DATED_BY.get(self.table) == "row" and self.carried_to is None

    def is_carried(self, on: date) -> bool:
        """Whether its rows are carried forward to that day."""
        return self.carried_to is not None and on <= self.carried_to

    def in_words(self, on: date) -> str:
        """How long ago it ended, as in "ended 60 days ago, nothing is known"."""
        days = (on - self.ended).days
        ended = f"ended {days:,} {'day' if days == 1 else 'days'} ago"
        if self.is_carried(on):
            return f"{ended}, carried forward until {self.carried_to}"
        return f"{ended}, {'open rows are still found' if self.finds_open_rows else 'nothing is known'}"


def endings(editions: Iterable[Spanned], on: date) -> tuple[Ending, ...]:
    """The tables of which every edition has ended before a day, by name."""
    last: dict[str, Spanned] = {}
    for each in editions:
        if each.table not in last or _end(each) > _end(last[each.table]):
            last[each.table] = each
    return tuple(
        Ending(table, each.in_force_to, each.trusted_to)
        for table, each in sorted(last.items())
        if each.in_force_to is not None and each.in_force_to < on
    )


def _end(edition: Spanned) -> date:
    return edition.in_force_to or date.max
