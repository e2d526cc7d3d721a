"""One published state of one reference table."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Edition:
    """A file of rows and the dates of service it covers; `in_force_to` None is open."""

    table: str
    name: str
    in_force_from: date
    in_force_to: date | None
    published: date
    rows: int
    sha256: str
    file: str = ""

    @property
    def path(self) -> str:
        """Where the rows are in the reference folder."""
        return f"{self.table}/{self.file or self.name + '.csv'}"

    def covers(self, on: date) -> bool:
        """The edition covers this date of service."""
        return self.in_force_from <= on and (self.in_force_to is None or on <= self.in_force_to)
