"""The lines of some claims by code and day, of which one is read when it is asked for.

A person on dialysis has hundreds of claims, and nearly all edits ask for one code on one day: so the codes and days of
all of them are put in a row and looked through, and only a line in which the wanted one is found is read.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property
from itertools import accumulate
from typing import TypeAlias

from worker.history.entry import (
    SERVICE_BYTES,
    EarlierClaim,
    EarlierLine,
    day_number,
    read_service,
    written_code,
    written_service,
    written_services,
)

EarlierService: TypeAlias = tuple[EarlierClaim, EarlierLine]
"""An earlier line with its claim."""


class EarlierServices:
    """The lines of claims, in the order of these. Whatever reads a line may raise `DamagedEntryError`."""

    def __init__(self, claims: Sequence[EarlierClaim]) -> None:
        self._claims = claims
        parts = [written_services(each.lines) for each in claims]
        self._ends = list(accumulate(map(len, parts)))
        """Where the services of each claim end."""
        self._row = b"".join(parts)

    @cached_property
    def codes(self) -> frozenset[str]:
        """The codes of all lines."""
        places = range(0, len(self._row), SERVICE_BYTES)
        return frozenset(code for place in places if (code := read_service(self._row, place)[0]))

    def of(self, code: str) -> list[EarlierService]:
        """Return the lines of a code, each with its claim, in order."""
        return [self._at(place) for place in self._places(written_code(code))]

    def may_have(self, code: str, on: date) -> bool:
        """Whether a code may be among these on a day; where it is not, it certainly is not, and no line is read."""
        wanted = written_service(code, on) if self._row else b""
        return bool(wanted) and wanted in self._row

    def between(self, code: str, first: date, last: date) -> list[EarlierService]:
        """Return the lines of a code on these days and those between them, each with its claim, in order."""
        if first == last:
            wanted = written_service(code, first)
            # Of most patients nothing is known of that day.
            return [self._at(place) for place in self._places(wanted)] if wanted in self._row else []
        begin, end, row = max(first.toordinal(), 1), last.toordinal(), self._row
        return [self._at(each) for each in self._places(written_code(code)) if begin <= day_number(row, each) <= end]

    def _places(self, wanted: bytes) -> Iterator[int]:
        """Yield where services begin with these bytes; between two of them the same bytes are something else."""
        place = self._row.find(wanted) if wanted else -1
        while place >= 0:
            if place % SERVICE_BYTES == 0:
                yield place
            place = self._row.find(wanted, place + 1)

    def _at(self, place: int) -> EarlierService:
        number = bisect_right(self._ends, place)
        claim = self._claims[number]
        begin = self._ends[number - 1] if number else 0
        return claim, claim.lines[(place - begin) // SERVICE_BYTES]
