"""Billable ICD-10-CM codes by fiscal year, kept as sorted tuples so that a prefix is one bisection."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import date

from worker.reference.tables.answer import Absent, Answer, Found, NotInForce
from worker.reference.tables.dated import outer_bounds
from worker.reference.tables.edition import Edition, Reach, reach
from worker.reference.tables.rows import DiagnosisCode

MOST_BELOW = 20
LAST_CHARACTER = "\N{DELETE}"


class Diagnoses:
    """The fiscal years in order of time, each with its sorted codes.

    Answers about codes of the table are remembered: a practice bills a few hundred of the 74,000 codes again and again,
    and an answer made for each would cost more memory than the codes. Other codes are not, so memory is bounded.
    """

    __slots__ = ("_absent", "_below", "_codes", "_lasts", "_not_covered", "_remembered", "_starts", "editions", "years")

    def __init__(self, years: Sequence[tuple[Edition, Sequence[str]]]) -> None:
        self.years = tuple((edition, tuple(codes)) for edition, codes in years)
        self.editions = tuple(edition for edition, _ in years)
        self._starts = [edition.in_force_from for edition in self.editions]
        self._lasts = [edition.in_force_to or date.max for edition in self.editions]
        self._codes = frozenset[str]().union(*(codes for _, codes in years))
        self._absent = [Absent(edition) for edition in self.editions]
        self._not_covered = outer_bounds(self.editions)
        self._remembered: list[dict[str, Answer[DiagnosisCode]]] = [{} for _ in years]
        self._below: list[dict[str, tuple[str, ...]]] = [{} for _ in years]

    def answer(self, code: str, on: date) -> Answer[DiagnosisCode]:
        """Whether the code is billable in the fiscal year of that date, and if not, in which one it is."""
        at = bisect_right(self._starts, on) - 1
        if at < 0 or on > self._lasts[at]:
            return self._not_covered
        answer = self._remembered[at].get(code)
        if answer is not None:
            return answer
        if code not in self._codes:
            return self._absent[at]
        return self._remembered[at].setdefault(code, self._looked_up(at, code))

    def reach(self, on: date) -> Reach:
        """How far the table reaches on a day."""
        return reach(self.editions, on)

    def billable_below(self, prefix: str, on: date) -> tuple[str, ...]:
        """The first billable codes that are longer than the prefix and begin with it."""
        at = bisect_right(self._starts, on) - 1
        if at < 0 or on > self._lasts[at] or not prefix:
            return ()
        remembered = self._below[at].get(prefix)
        if remembered is not None:
            return remembered
        codes = self.years[at][1]
        start = bisect_right(codes, prefix)
        if start == len(codes) or not codes[start].startswith(prefix):
            return ()
        below = codes[start : start + MOST_BELOW]
        return self._below[at].setdefault(prefix, below[: bisect_right(below, prefix + LAST_CHARACTER)])

    def has_code_below(self, prefix: str) -> bool:
        """Some fiscal year has a billable code that begins with the prefix."""
        return any(
            at < len(codes) and codes[at].startswith(prefix)
            for at, codes in ((bisect_left(codes, prefix), codes) for _, codes in self.years)
        )

    def _looked_up(self, at: int, code: str) -> Answer[DiagnosisCode]:
        edition, codes = self.years[at]
        if _holds(codes, code):
            return Found(DiagnosisCode(code), edition)
        others = [other for other, codes in self.years if _holds(codes, code)]
        nearest = min(others, key=lambda other: abs((other.in_force_from - edition.in_force_from).days))
        return NotInForce(DiagnosisCode(code), nearest, nearest.in_force_from, nearest.in_force_to)


def _holds(codes: tuple[str, ...], code: str) -> bool:
    at = bisect_left(codes, code)
    return at < len(codes) and codes[at] == code
