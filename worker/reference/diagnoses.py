"""Billable ICD-10-CM codes by fiscal year, kept as sorted tuples so that a prefix is one bisection."""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date

from worker.reference.answer import Absent, Answer, Found, NotInForce
from worker.reference.edition import Edition
from worker.reference.rows import Diagnosis
from worker.reference.tables import outer_bounds

MOST_BELOW = 20


@dataclass(frozen=True, slots=True)
class Diagnoses:
    """The fiscal years in order of time, each with its sorted codes."""

    years: tuple[tuple[Edition, tuple[str, ...]], ...]

    def answer(self, code: str, on: date) -> Answer[Diagnosis]:
        """Whether the code is billable in the fiscal year of that date, and if not, in which one it is."""
        current = self._year_of(on)
        if current is None:
            return outer_bounds(tuple(edition for edition, _ in self.years))
        if _holds(current[1], code):
            return Found(Diagnosis(code), current[0])
        others = [edition for edition, codes in self.years if _holds(codes, code)]
        if not others:
            return Absent(current[0])
        nearest = min(others, key=lambda edition: abs((edition.in_force_from - on).days))
        return NotInForce(Diagnosis(code), nearest, nearest.in_force_from, nearest.in_force_to)

    def billable_below(self, prefix: str, on: date) -> tuple[str, ...]:
        """The first billable codes that are longer than the prefix and begin with it."""
        current = self._year_of(on)
        if current is None or not prefix:
            return ()
        codes = current[1]
        start = bisect_left(codes, prefix)
        candidates = codes[start : start + MOST_BELOW + 1]
        below = [code for code in candidates if code != prefix and code.startswith(prefix)]
        return tuple(below[:MOST_BELOW])

    def _year_of(self, on: date) -> tuple[Edition, tuple[str, ...]] | None:
        return next((year for year in self.years if year[0].covers(on)), None)


def _holds(codes: tuple[str, ...], code: str) -> bool:
    at = bisect_left(codes, code)
    return at < len(codes) and codes[at] == code
