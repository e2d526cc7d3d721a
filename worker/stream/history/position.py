"""How far the memory of a partition is, as it is committed beside an offset."""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Self

from schemas.topics import FIRST_SERIES

_WORD: Final = re.compile(
    r"(\w{1,16})=(\d{1,19}):([0-9a-f]{1,64}):(\d{1,6}):(\d{4}-\d{2}-\d{2}):(\d{1,19})(?::s(\d{1,4}))?"
)

HISTORY: Final = "history"
PENDED: Final = "pended"
"""The names of the positions of what is remembered of claims, and of what waits for documentation."""


@dataclass(frozen=True, slots=True)
class HistoryPosition:
    """How much of the changelog belongs to an offset.

    Attributes:
        records: How many records were written in all; the next one has this number and one more.
        key: The fingerprint of the key file under which they were written.
        partitions: How many partitions the claims were placed in.
        since: The first day from which every claim is remembered.
        begin: The offset in the changelog before which records are of an earlier memory.
        series: Which copy of the topics it is in.
    """

    records: int
    key: str
    partitions: int
    since: date
    begin: int
    series: int = FIRST_SERIES

    def word(self, name: str = HISTORY) -> str:
        """Return it as one word without a blank, which begins with a name."""
        # As releases have it that know of no series.
        series = "" if self.series == FIRST_SERIES else f":s{self.series}"
        return f"{name}={self.records}:{self.key}:{self.partitions}:{self.since}:{self.begin}{series}"

    def after(self, records: int) -> Self:
        """Return the position once so many more records were written."""
        return replace(self, records=self.records + records)


def read_position(word: str, name: str = HISTORY) -> HistoryPosition | None:
    """Return the position that a word with a name holds; None for a word that is not ours, or of another name."""
    found = _WORD.fullmatch(word)
    if found is None or found[1] != name:
        return None
    _, records, key, partitions, since, begin, series = found.groups()
    try:
        first = date.fromisoformat(since)
    except ValueError:
        return None
    return HistoryPosition(int(records), key, int(partitions), first, int(begin), int(series or FIRST_SERIES))
