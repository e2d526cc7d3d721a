"""One published state of one reference table."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Edition:
    """A file of rows and the dates of service it covers; `in_force_to` None is open.

    `trusted_days` is how long a row is trusted after the last day, until another edition says otherwise; 0 is not.
    `no_later` says why the tables hold no later edition, though there may be one.
    """

    table: str
    name: str
    in_force_from: date
    in_force_to: date | None
    published: date
    rows: int
    sha256: str
    file: str = ""
    trusted_days: int = 0
    no_later: str = ""

    @property
    def path(self) -> str:
        """Where the rows are in the reference folder."""
        return f"{self.table}/{self.file or self.name + '.csv'}"

    @property
    def trusted_to(self) -> date | None:
        """The last day on which a row of the edition is carried forward; None when none is."""
        return self.in_force_to + timedelta(days=self.trusted_days) if self.in_force_to and self.trusted_days else None

    def covers(self, on: date) -> bool:
        """The edition covers this date of service."""
        return self.in_force_from <= on and (self.in_force_to is None or on <= self.in_force_to)


@dataclass(frozen=True, slots=True)
class Reach:
    """What a table can say on a day: of an edition that covers it, of an earlier one that is trusted still, nothing.

    `edition` is the one that answers; None when none does.
    """

    edition: Edition | None
    is_carried: bool = False


NOT_REACHED = Reach(None)


def reach(editions: tuple[Edition, ...], on: date) -> Reach:
    """How far editions in order of time reach on a day."""
    begun = [edition for edition in editions if edition.in_force_from <= on]
    if not begun:
        return NOT_REACHED
    last = begun[-1]
    if last.covers(on):
        return Reach(last)
    return Reach(last, is_carried=True) if last.trusted_to and on <= last.trusted_to else NOT_REACHED
