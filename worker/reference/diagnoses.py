"""Billable ICD-10-CM codes by fiscal year, kept as sorted tuples so that a prefix is one bisection."""

from bisect import bisect_left, bisect_right
from datetime import date

from worker.reference.answer import Absent, Answer, Found, NotInForce
from worker.reference.edition import Edition
from worker.reference.rows import Diagnosis
from worker.reference.tables import outer_bounds

MOST_BELOW = 20
LAST_CHARACTER = "\N{DELETE}"


class Diagnoses:
    """The fiscal years in order of time, each with its sorted codes.

    The answers for codes that were found are remembered, so at most one a code of the table: a practice bills a few
    hundred of the 74,000 codes again and again, and an answer for each would cost more memory than the codes.
    """

    __slots__ = ("_absent", "_lasts", "_remembered", "_starts", "editions", "years")

    def __init__(self, years: tuple[tuple[Edition, tuple[str, ...]], ...]) -> None:
        self.years = years
        self.editions = tuple(edition for edition, _ in years)
        self._starts = [edition.in_force_from for edition in self.editions]
        self._lasts = [edition.in_force_to or date.max for edition in self.editions]
        self._absent = [Absent(edition) for edition in self.editions]
        self._remembered: list[dict[str, Found[Diagnosis]]] = [{} for _ in years]

    def answer(self, code: str, on: date) -> Answer[Diagnosis]:
        """Whether the code is billable in the fiscal year of that date, and if not, in which one it is."""
        at = bisect_right(self._starts, on) - 1
        if at < 0 or on > self._lasts[at]:
            return outer_bounds(self.editions)
        return self._remembered[at].get(code) or self._looked_up(at, code, on)

    def billable_below(self, prefix: str, on: date) -> tuple[str, ...]:
        """The first billable codes that are longer than the prefix and begin with it."""
        at = bisect_right(self._starts, on) - 1
        if at < 0 or on > self._lasts[at] or not prefix:
            return ()
        codes = self.years[at][1]
        start = bisect_left(codes, prefix)
        if start < len(codes) and codes[start] == prefix:
            start += 1
        below = codes[start : start + MOST_BELOW]
        return below if below and below[-1].startswith(prefix) else _beginning(below, prefix)

    def has_code_below(self, prefix: str) -> bool:
        """Some fiscal year has a billable code that begins with the prefix."""
        return any(
            at < len(codes) and codes[at].startswith(prefix)
            for at, codes in ((bisect_left(codes, prefix), codes) for _, codes in self.years)
        )

    def _looked_up(self, at: int, code: str, on: date) -> Answer[Diagnosis]:
        edition, codes = self.years[at]
        if _holds(codes, code):
            return self._remembered[at].setdefault(code, Found(Diagnosis(code), edition))
        others = [edition for edition, codes in self.years if _holds(codes, code)]
        if not others:
            return self._absent[at]
        nearest = min(others, key=lambda edition: abs((edition.in_force_from - on).days))
        return NotInForce(Diagnosis(code), nearest, nearest.in_force_from, nearest.in_force_to)


def _beginning(codes: tuple[str, ...], prefix: str) -> tuple[str, ...]:
    return codes[: bisect_right(codes, prefix + LAST_CHARACTER)]


def _holds(codes: tuple[str, ...], code: str) -> bool:
    at = bisect_left(codes, code)
    return at < len(codes) and codes[at] == code
