"""Pairs of codes by setting, found from either side."""

from collections.abc import Callable, Mapping

from worker.reference.tables.dated import ByRow, Period
from worker.reference.tables.edition import Edition
from worker.reference.tables.policy_rows import NcciPair
from worker.reference.tables.rows import CareSetting

PairKey = tuple[str, str, str]
"""Setting, the code that is paid, the code that is denied beside it."""


class CodePairs(ByRow[PairKey, NcciPair]):
    """The pairs, each in force by its own dates, and which codes a code is paired with."""

    __slots__ = ("_above",)

    def __init__(
        self, edition: Edition, rows: Mapping[PairKey, tuple[NcciPair, ...]], period: Callable[[NcciPair], Period]
    ) -> None:
        super().__init__(edition, rows, period)
        above: dict[tuple[str, str], list[str]] = {}
        for setting, column1, column2 in rows:
            above.setdefault((setting, column2), []).append(column1)
        self._above = {key: frozenset(codes) for key, codes in above.items()}

    def above(self, column2: str, setting: CareSetting) -> frozenset[str]:
        """The codes beside which, on some day, this one is not paid."""
        return self._above.get((setting, column2), frozenset())
